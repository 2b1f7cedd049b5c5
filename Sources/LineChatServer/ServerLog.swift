import Glibc
import LineProtocol

/// The server's own log: one line each on standard error, `TIME LEVEL text`.
struct ServerLog: Sendable {
  let level: ServerConfiguration.LogLevel

  func error(_ text: @autoclosure () -> String) { write(.error, text) }
  func warning(_ text: @autoclosure () -> String) { write(.warning, text) }
  func info(_ text: @autoclosure () -> String) { write(.info, text) }
  func debug(_ text: @autoclosure () -> String) { write(.debug, text) }

  private func write(_ level: ServerConfiguration.LogLevel, _ text: () -> String) {
    let levels = ServerConfiguration.LogLevel.allCases
    guard let rank = levels.firstIndex(of: level), let bound = levels.firstIndex(of: self.level),
      rank <= bound
    else { return }
    // What a client sent may be in it; a line stays a line.
    let shown = text().replacingControls()
    writeAll("\(WallClock.now) \(level.rawValue) \(shown)\n", to: 2)
  }
}

extension String {
  fileprivate func replacingControls() -> String {
    String(
      String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }
}
