import Delivery
import LineProtocol
import Reactor

extension PlainDialect {
  /// Where to resume each room from.
  func farewell(_ reason: Farewell, dropped: DroppedMarks, _ session: LineSession) -> [UInt8] {
    session.rooms.reduce(into: session.takeKeptBack()) { farewell, room in
      let cursor = session.subscriber.resumePoint(in: room.id, dropped)
      PlainEncoder.resume(room: room.name.text, id: cursor, into: &farewell)
    } + Array("BYE \(reason.rawValue)\n".utf8)
  }
}
