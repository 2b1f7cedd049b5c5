import ChatCore
import Delivery
import LineProtocol

/// How events look to plain sessions.
struct PlainFormat: EventFormat {
  var quitsPerRoom: Bool { true }

  func encode(_ message: Message, into out: inout [UInt8]) { PlainEncoder.message(message, into: &out) }

  func encode(_ notice: Notice, into out: inout [UInt8]) {
    switch notice {
    case .joined(let room, let nick): PlainEncoder.join(room: room, nick: nick, into: &out)
    case .parted(let room, let nick, _): PlainEncoder.part(room: room, nick: nick, into: &out)
    case .renamed(let from, let to): PlainEncoder.nick(from: from, to: to, into: &out)
    case .topic(let topic): Self.encode(topic, into: &out)
    case .quit: break
    }
  }

  /// The same live and in a replay.
  static func encode(_ topic: StoredTopic, into out: inout [UInt8]) {
    PlainEncoder.topic(
      room: topic.room, id: topic.id, nick: topic.topic.author, text: topic.topic.text, into: &out)
  }
}
