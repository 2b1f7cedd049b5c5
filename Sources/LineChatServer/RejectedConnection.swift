import AdminHTTP
import LineProtocol
import Reactor

/// A connection that is not let in: it is told why, and closed.
final class RejectedConnection: ConnectionHandler {
  /// So many at once are told; the rest are closed at once, for they too hold descriptors until they have
  /// read it.
  static let atOnce = 32

  private let gone: () -> Void

  private init(gone: @escaping () -> Void) { self.gone = gone }

  /// `gone` is called when the descriptor is closed.
  static func tell(_ lastWords: [UInt8], _ descriptor: Int32, on reactor: Reactor, gone: @escaping () -> Void)
  {
    let isOpen = reactor.adopt(descriptor, outputLimit: lastWords.count) { connection in
      connection.output.append(lastWords)
      connection.finish()
      return RejectedConnection(gone: gone)
    }
    if !isOpen { gone() }
  }

  static func lastWords(_ code: ErrorCode, retryAfter: Int, _ door: Accepted.Door) -> [UInt8] {
    switch door {
    case .http: return HTTPRefusal.response(code, retryAfter: retryAfter)
    case .line:
      var line: [UInt8] = []
      let reason = "\(code.reason); wait \(retryAfter) s"
      PlainEncoder.error(ProtocolError(code, asked: "", reason: reason), into: &line)
      return line
    }
  }

  func receive(_ bytes: Span<UInt8>) -> Int { bytes.count }
  func inputEnded() {}
  func outputDrained() {}
  func outputOverflowed() {}
  func closed() { gone() }
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { nil }
}
