import Delivery
import HTTPProtocol
import LineProtocol

/// How events look to WebSocket subscribers: one text frame each, `{"type":…,"data":{…}}`.
public struct WebSocketFormat: EventFormat {
  public init() {}

  public var quitsPerRoom: Bool { true }
  /// Frames name one room.
  public var renamesPerRoom: Bool { true }

  public func encode(_ message: Message, into out: inout [UInt8]) {
    WebSocketFrame.message(message, type: .message, into: &out)
  }

  public func encode(_ notice: Notice, into out: inout [UInt8]) {
    switch notice {
    case .joined(let room, let nick): WebSocketFrame.presence("join", user: nick, room: room, into: &out)
    case .parted(let room, let nick, _): WebSocketFrame.presence("part", user: nick, room: room, into: &out)
    // Quits and renames come room by room; topics have no frame.
    case .quit, .renamed, .topic: break
    }
  }
}
