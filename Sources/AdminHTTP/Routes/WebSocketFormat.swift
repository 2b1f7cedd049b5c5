package import ChatCore
import Delivery
import HTTPProtocol
package import LineProtocol

/// How events look to WebSocket subscribers: one text frame each, `{"type":…,"data":{…}}`.
package struct WebSocketFormat: EventFormat {
  package init() {}

  package var quitsPerRoom: Bool { true }
  /// Frames name one room.
  package var renamesPerRoom: Bool { true }

  package func encode(_ message: Message, into out: inout [UInt8]) {
    WebSocketFrame.message(message, type: .message, into: &out)
  }

  package func encode(_ event: Event, in room: RoomName, into out: inout [UInt8]) {
    func show(_ type: String, _ nick: Nick) {
      WebSocketFrame.presence(type, user: nick.text, room: room.text, into: &out)
    }
    switch event.kind {
    case .joined(let joining): show("join", joining.nick)
    case .parted(let parting): show("part", parting.nick)
    case .quit(let quitting): show("part", quitting.nick)
    case .renamed(let renaming):
      show("part", renaming.old)
      show("join", renaming.new)
    // Topics have no frame.
    case .message, .repeated, .topic, .named, .opened, .closed, .refused, .wanted: break
    }
  }
}
