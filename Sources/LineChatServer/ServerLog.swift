import Glibc
import LineProtocol
import Synchronization

/// The server's own log: one line each on standard error, `TIME LEVEL text`. Any thread may write.
final class ServerLog: Sendable {
  private let bound: Atomic<Int>

  init(level: ServerConfiguration.LogLevel) { bound = Atomic(level.rank) }

  /// The least that is logged.
  var level: ServerConfiguration.LogLevel {
    get {
      let bound = self.bound.load(ordering: .relaxed)
      return ServerConfiguration.LogLevel.allCases.first { $0.rank == bound } ?? .info
    }
    set { bound.store(newValue.rank, ordering: .relaxed) }
  }

  func error(_ text: @autoclosure () -> String) { write(.error, text) }
  func warning(_ text: @autoclosure () -> String) { write(.warning, text) }
  func info(_ text: @autoclosure () -> String) { write(.info, text) }
  func debug(_ text: @autoclosure () -> String) { write(.debug, text) }

  /// At level `info`, whatever the bound.
  func always(_ text: String) { put(.info, text) }

  private func write(_ level: ServerConfiguration.LogLevel, _ text: () -> String) {
    if level.rank <= bound.load(ordering: .relaxed) { put(level, text()) }
  }

  private func put(_ level: ServerConfiguration.LogLevel, _ text: String) {
    // What a client sent may be in it; a line stays a line.
    writeAll("\(WallClock.now) \(level.rawValue) \(text.replacingControls())\n", to: 2)
  }
}

extension ServerConfiguration.LogLevel {
  /// From the gravest, 0, on.
  fileprivate var rank: Int {
    switch self {
    case .error: 0
    case .warning: 1
    case .info: 2
    case .debug: 3
    }
  }
}

extension String {
  fileprivate func replacingControls() -> String {
    String(
      String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }
}
