import HTTPProtocol
import LineProtocol

/// The messages of a WebSocket session whose outcome is not known yet, and what has its turn after them.
struct WebSocketInFlight {
  /// How a session ends.
  enum Ending: Equatable {
    /// With a close frame, because of what the client sent.
    case goodbye(WebSocketCloseCode?, String)
    /// The client ended the connection without one.
    case hangUp
  }

  /// What is to be done.
  enum Due: Equatable {
    case refuse(ProtocolError)
    case end(Ending)
  }

  /// Messages of one session that may be in flight to the log.
  static let limit = 1_024

  private var count = 0
  private var refusal: ProtocolError?
  private var ending: Ending?

  /// Another frame may be taken.
  var takesMore: Bool { refusal == nil && ending == nil && count < Self.limit }

  /// A message was sent on its way.
  mutating func add() { count += 1 }

  /// The outcome of one is known.
  mutating func settle() {
    precondition(count > 0, "an outcome is that of a message")
    count -= 1
  }

  /// What was sent last is no message.
  mutating func refuse(_ error: ProtocolError) { refusal = error }

  /// Nothing is taken any more. The first reason counts.
  mutating func end(_ ending: Ending) { self.ending = self.ending ?? ending }

  /// What has its turn now, each once; nil when nothing has, or messages come before it.
  mutating func takeDue() -> Due? {
    guard count == 0 else { return nil }
    if let error = refusal.take() { return .refuse(error) }
    return ending.map(Due.end)
  }
}
