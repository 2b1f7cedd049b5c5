import ChatCore
import Delivery
import LineProtocol

/// The IRC dialect.
final class IRCDialect: LineDialect {
  init(nick: Nick?, refused: ProtocolError?) {}
  func receive(_ line: Span<UInt8>, _ session: LineSession) -> LineOutcome { .done }
  func inputPaused(_ session: LineSession) {}
  func refuseLongLine(_ session: LineSession) {}
  func replied(_ reply: Reply, _ session: LineSession) {}
  func happened(_ outcome: Outcome, _ session: LineSession) {}
  func show(_ message: Message, _ session: LineSession) {}
  func showGap(_ room: RoomName, from: Int64, to: Int64, _ session: LineSession) {}
  func replayEnded(_ room: RoomName, at cursor: Int64, _ session: LineSession) {}
  func replayFailed(_ error: LogError, _ session: LineSession) {}
  func farewell(_ reason: Farewell, dropped: [UInt8], _ session: LineSession) -> [UInt8] { [] }
}
