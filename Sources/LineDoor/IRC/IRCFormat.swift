import ChatCore
import Delivery
import LineProtocol

/// How events look to IRC clients that negotiated the same tags.
struct IRCFormat: EventFormat {
  let encoder: IRCEncoder
  let tags: IRCTagSet

  /// A client drops somebody who QUITs from all channels at once.
  var quitsPerRoom: Bool { false }

  func encode(_ message: Message, into out: inout [UInt8]) {
    encoder.message(message, tags: tags, into: &out)
  }

  func encode(_ notice: Notice, into out: inout [UInt8]) {
    switch notice {
    case .joined(let room, let nick): encoder.join(nick: nick, room: room, into: &out)
    case .parted(let room, let nick, let reason):
      encoder.part(nick: nick, room: room, reason: reason, into: &out)
    case .quit(let nick, let reason): encoder.quit(nick: nick, reason: reason, into: &out)
    case .renamed(let from, let to): encoder.nick(from: from, to: to, into: &out)
    case .topic(let stored):
      let (nick, text) = (stored.topic.author, stored.topic.text)
      encoder.topic(nick: nick, room: stored.room, topic: text, into: &out)
    }
  }
}
