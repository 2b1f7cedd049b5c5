import ChatCore
import Delivery
import LineProtocol

/// How events look to plain sessions.
struct PlainFormat: EventFormat {
  var quitsPerRoom: Bool { true }

  func encode(_ message: Message, into out: inout [UInt8]) { PlainEncoder.message(message, into: &out) }

  func encode(_ event: Event, seenBy viewer: EventViewer, into out: inout [UInt8]) {
    switch (event.kind, viewer) {
    case (.message(let message, _, _, _), .origin), (.repeated(let message), .origin):
      PlainEncoder.okMessage(room: message.room, id: message.id, into: &out)
    case (.joined(let joining), .origin):
      PlainEncoder.okJoin(room: joining.name.text, id: joining.newest, into: &out)
    case (.joined(let joining), .others(in: let room)):
      PlainEncoder.join(room: room.text, nick: joining.nick.text, into: &out)
    case (.parted(let parting), .origin): PlainEncoder.okPart(room: parting.name.text, into: &out)
    case (.parted(let parting), .others(in: let room)):
      PlainEncoder.part(room: room.text, nick: parting.nick.text, into: &out)
    case (.quit(let quitting), .others(in: let room)):
      PlainEncoder.part(room: room.text, nick: quitting.nick.text, into: &out)
    case (.named(let nick, _), .origin): PlainEncoder.okNick(nick.text, into: &out)
    case (.renamed(let renaming), .origin): PlainEncoder.okNick(renaming.new.text, into: &out)
    case (.renamed(let renaming), .others):
      PlainEncoder.nick(from: renaming.old.text, to: renaming.new.text, into: &out)
    case (.topic(let change), .others): Self.encode(change.stored, into: &out)
    case (.refused(let refusal), .origin): PlainEncoder.error(refusal.error, into: &out)
    // No plain command sets a topic. A session that has quit is shown nothing.
    case (.topic, .origin), (.quit, .origin): break
    // Others are shown messages in runs.
    case (.message, .others), (.repeated, .others), (.named, .others), (.refused, .others): break
    case (.opened, _), (.closed, _), (.wanted, _): break
    }
  }

  /// The same live and in a replay.
  static func encode(_ topic: StoredTopic, into out: inout [UInt8]) {
    PlainEncoder.topic(
      room: topic.room, id: topic.id, nick: topic.topic.author, text: topic.topic.text, into: &out)
  }
}
