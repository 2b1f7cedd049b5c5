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

  func encode(_ event: Event, in room: RoomName, into out: inout [UInt8]) {
    switch event.kind {
    case .joined(let joining): encoder.join(nick: joining.nick.text, room: room.text, into: &out)
    case .parted(let parting):
      encoder.part(nick: parting.nick.text, room: room.text, reason: parting.reason, into: &out)
    case .quit(let quitting): encoder.quit(nick: quitting.nick.text, reason: quitting.reason, into: &out)
    case .renamed(let renaming):
      encoder.nick(from: renaming.old.text, to: renaming.new.text, into: &out)
    case .topic(let change):
      encoder.topic(
        nick: change.topic.author, room: room.text, topic: change.topic.text, into: &out)
    case .message, .repeated, .named, .opened, .closed, .refused, .wanted: break
    }
  }
}
