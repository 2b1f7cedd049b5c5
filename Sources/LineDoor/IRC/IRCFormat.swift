import ChatCore
import Delivery
import LineProtocol

/// How events look to IRC clients that negotiated the same tags.
struct IRCFormat: EventFormat {
  let encoder: IRCEncoder
  let tags: IRCTagSet

  /// A client drops somebody who QUITs from all channels at once. So it is told so only of a name that is
  /// gone from all.
  var quitsPerRoom: Bool { false }

  func encode(_ message: Message, into out: inout [UInt8]) {
    encoder.message(message, tags: tags, into: &out)
  }

  /// Who caused an event is shown the same line as the others: it is the reply.
  func encode(_ event: Event, seenBy viewer: EventViewer, into out: inout [UInt8]) {
    switch (event.kind, viewer) {
    // The echo of a message; others are shown messages in runs.
    case (.message(let message, _, _, _), .origin), (.repeated(let message), .origin):
      encode(message, into: &out)
    case (.message, .others), (.repeated, .others): break
    case (.joined(let joining), _):
      encoder.join(nick: joining.nick.text, room: joining.name.text, into: &out)
    case (.parted(let parting), _):
      encoder.part(nick: parting.nick.text, room: parting.name.text, reason: parting.reason, into: &out)
    case (.quit(let quitting), .others(in: let room)) where !quitting.isNameGone:
      encoder.part(nick: quitting.nick.text, room: room.text, reason: quitting.reason, into: &out)
    case (.quit(let quitting), .others):
      encoder.quit(nick: quitting.nick.text, reason: quitting.reason, into: &out)
    case (.renamed(let renaming), .others):
      encoder.nick(from: renaming.old.text, to: renaming.new.text, into: &out)
    case (.renamed(let renaming), .origin):
      encoder.nick(from: renaming.old.text, to: renaming.new.text, into: &out)
      // The client renames itself in all channels; where another session keeps the old name, it is still there.
      for room in renaming.rooms where room.keepsOldName && renaming.old != renaming.new {
        encoder.join(nick: renaming.old.text, room: room.name.text, into: &out)
      }
    case (.topic(let change), _):
      encoder.topic(
        nick: change.topic.author, room: change.name.text, topic: change.topic.text, into: &out)
    // A first nick is answered by the welcome, and a refusal by a numeric, which depends on what was asked.
    case (.named, _), (.refused, _), (.quit, .origin): break
    case (.opened, _), (.closed, _), (.wanted, _): break
    }
  }
}
