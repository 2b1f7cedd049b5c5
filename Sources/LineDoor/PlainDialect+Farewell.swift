import Delivery
import LineProtocol

extension PlainDialect {
  /// Where to resume each room from. A message or topic in `dropped` was not shown: the room resumes before the first of them. If the output
  /// overflowed, what came after the last dropped message was not even kept.
  func farewell(_ reason: Farewell, dropped: [UInt8], _ session: LineSession) -> [UInt8] {
    var first: [String: Int64] = [:]
    var last: Int64?
    for line in dropped.split(separator: 0x0A) {
      let (room, id): (String, Int64)
      switch PlainReply.parse(line.span) {
      case .message(let entry), .messagePart(let entry), .history(let entry), .historyPart(let entry),
        .topic(let entry):
        (room, id) = (entry.room, entry.id)
      case .ok(verb: "MSG", let name, let message?): (room, id) = (name, message)
      default: continue
      }
      first[room] = min(first[room] ?? .max, id)
      last = max(last ?? 0, id)
    }
    let shard = session.shard
    return session.rooms.reduce(into: takeKeptBack()) { farewell, room in
      var cursor = session.replayCursor(in: room.name) ?? shard.newest(in: room.id)
      if reason == .slow {
        cursor = min(cursor, last ?? session.givenWhenEvicted ?? shard.shownBeforeThisTurn)
      }
      if let id = first[room.name.text] { cursor = min(cursor, id - 1) }
      PlainEncoder.resume(room: room.name.text, id: cursor, into: &farewell)
    } + Array("BYE \(reason.rawValue)\n".utf8)
  }
}
