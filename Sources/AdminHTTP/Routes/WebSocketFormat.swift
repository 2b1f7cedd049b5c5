package import Delivery
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

  package func encode(_ notice: Notice, into out: inout [UInt8]) {
    switch notice {
    case .joined(let room, let nick): WebSocketFrame.presence("join", user: nick, room: room, into: &out)
    case .parted(let room, let nick, _): WebSocketFrame.presence("part", user: nick, room: room, into: &out)
    // Quits and renames come room by room; topics have no frame.
    case .quit, .renamed, .topic: break
    }
  }
}
