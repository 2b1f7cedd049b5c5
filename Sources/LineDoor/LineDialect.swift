import ChatCore
import Delivery
import LineProtocol

/// How lines are understood, and answers worded: plain or IRC. A dialect keeps nothing; it reads lines and
/// events, and returns steps and bytes.
protocol LineDialect: Sendable {
  /// What a line asks for, and what it costs in units of the rate limit.
  func read(_ line: Span<UInt8>, _ books: Books) -> (step: LineStep, cost: Int)
  /// What follows a line that has no end, or none within the limit.
  func refuseLongLine(_ books: Books) -> (step: LineStep, next: LongLineOutcome)
  /// A message of the session was stored, or refused at its place.
  func settled(_ message: MessagesInFlight.Entry, by event: Event, _ books: Books) -> LineStep
  /// A stored entry in a replay, and what is missing before one.
  func show(_ entry: Entry) -> [UInt8]
  func showGap(_ room: RoomName, from: MessageID, to: MessageID) -> [UInt8]
  /// How clients that answer a ping by themselves are asked for one; nil in a dialect whose clients do not.
  func ping(_ books: Books) -> [UInt8]?
  /// The last words to a session that the server ends for what its client did or did not do.
  func dismissal(_ error: ProtocolError, _ books: Books) -> [UInt8]
  /// The last lines of a session that is cut off. `points`: where to go on with each of its rooms.
  func farewell(_ reason: Farewell, _ points: [ResumePoint], _ books: Books) -> [UInt8]
}

/// What follows a line that was too long.
enum LongLineOutcome {
  /// The line's rest is dropped, and the session goes on.
  case skip
  case end
}

/// Why the server ends a session.
enum Farewell: String {
  case slow
  case shutdown
}

/// Everything in a room up to this id was shown.
struct ResumePoint {
  let room: RoomName
  let cursor: MessageID
}

extension Registration {
  var dialect: any LineDialect {
    switch self {
    case .plain: PlainDialect()
    case .negotiating, .registering, .registered: IRCDialect()
    }
  }
}
