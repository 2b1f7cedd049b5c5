import ChatCore
import Delivery
import LineProtocol

/// Writes what it is given: a line for each event.
struct LineFormat: EventFormat {
  /// What concerns several rooms is given in each of them.
  let isPerRoom: Bool

  var quitsPerRoom: Bool { isPerRoom }
  var renamesPerRoom: Bool { isPerRoom }

  func encode(_ message: Message, into out: inout [UInt8]) {
    out += Array("\(message.room) \(Self.text(of: message))\n".utf8)
  }

  func encode(_ event: Event, seenBy viewer: EventViewer, into out: inout [UInt8]) {
    guard case .others(in: let room) = viewer else { return }
    // Given once, it is of no room.
    let isOfNone: Bool =
      switch event.kind {
      case .renamed: !isPerRoom
      case .quit(let quitting): !isPerRoom && quitting.isNameGone
      case .message, .topic, .repeated, .named, .opened, .closed, .joined, .parted, .refused, .wanted: false
      }
    out += Array("\(isOfNone ? "" : room.text + " ")\(Self.text(of: event))\n".utf8)
  }

  static func text(of event: Event) -> String {
    switch event.kind {
    case .message(let message, in: _, _, _): text(of: message)
    case .topic(let change): "topic \(change.topic.text)"
    case .repeated(let message): "repeated \(message.id)"
    case .named(let nick, isClaimed: _): "named \(nick.text)"
    case .opened(_, let name): "opened \(name.text)"
    case .closed(_, let name): "closed \(name.text)"
    case .joined(let joining): "joined \(joining.nick.text)"
    case .parted(let parting): "parted \(parting.nick.text)"
    case .renamed(let renaming): "renamed \(renaming.old.text) \(renaming.new.text)"
    case .quit(let quitting): "quit \(quitting.nick.text)"
    case .refused(let refusal): "refused \(refusal.error.code.rawValue)"
    case .wanted: "wanted"
    }
  }

  private static func text(of message: Message) -> String { "\(message.user): \(message.text)" }
}
