import ChatCore
import Delivery
import LineProtocol
import Reactor

/// How a line session understands what it reads and words what it answers: plain or IRC.
///
/// The dialect decides and words; the ``LineSession`` it is handed keeps order, and does the sending.
protocol LineDialect: AnyObject {
  /// Deals with one line. `.wait` leaves it in the input until the session is idle again.
  func receive(_ line: Span<UInt8>, endsWithCRLF: Bool, _ session: LineSession) -> LineOutcome
  /// All lines at hand have been read.
  func inputPaused(_ session: LineSession)
  /// The session is over.
  func left(_ session: LineSession)
  /// No line follows.
  func inputEnded(_ session: LineSession)
  /// A line that has no end, or none within the limit.
  func refuseLongLine(_ session: LineSession) -> LongLineOutcome
  /// Something that the session asked for has happened, and is in its books.
  func received(_ event: Event, _ session: LineSession)
  /// What is sent has this mark.
  func show(_ entry: Entry, mark: OutputMark, _ session: LineSession)
  func showGap(_ room: RoomName, from: Int64, to: Int64, mark: OutputMark, _ session: LineSession)
  func replayEnded(_ room: RoomName, at cursor: Int64, _ session: LineSession)
  func replayFailed(_ room: RoomName, _ error: LogError, _ session: LineSession)
  /// Whether clients of the dialect answer a ping by themselves, and how they are asked.
  var canAnswerPings: Bool { get }
  func ping(_ session: LineSession)
  /// The last words to a session that the server ends for what its client did or did not do.
  func dismiss(_ error: ProtocolError, _ session: LineSession)
  /// The last lines of a session that is cut off; `dropped` are the marks of the lines that it will not get.
  func farewell(_ reason: Farewell, dropped: DroppedMarks, _ session: LineSession) -> [UInt8]
}

enum LineOutcome {
  case done
  case wait
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
