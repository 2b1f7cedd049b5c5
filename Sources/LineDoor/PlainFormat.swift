import ChatCore
import Delivery
import LineProtocol

/// How events look to plain sessions.
struct PlainFormat: EventFormat {
  var quitsPerRoom: Bool { true }

  func encode(_ message: Message, into out: inout [UInt8]) { PlainEncoder.message(message, into: &out) }

  func encode(_ event: Event, in room: RoomName, into out: inout [UInt8]) {
    switch event.kind {
    case .joined(let joining): PlainEncoder.join(room: room.text, nick: joining.nick.text, into: &out)
    case .parted(let parting): PlainEncoder.part(room: room.text, nick: parting.nick.text, into: &out)
    case .quit(let quitting): PlainEncoder.part(room: room.text, nick: quitting.nick.text, into: &out)
    case .renamed(let renaming):
      PlainEncoder.nick(from: renaming.old.text, to: renaming.new.text, into: &out)
    case .topic(let change): Self.encode(change.stored, into: &out)
    case .message, .repeated, .named, .opened, .closed, .refused, .wanted: break
    }
  }

  /// The same live and in a replay.
  static func encode(_ topic: StoredTopic, into out: inout [UInt8]) {
    PlainEncoder.topic(
      room: topic.room, id: topic.id, nick: topic.topic.author, text: topic.topic.text, into: &out)
  }
}
