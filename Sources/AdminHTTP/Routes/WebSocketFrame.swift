package import ChatCore
package import Delivery
import HTTPProtocol
package import LineProtocol

/// The text frames of the chat.
enum WebSocketFrame {
  enum MessageType: String { case history, message }

  static func message(_ message: Message, type: MessageType, into out: inout [UInt8]) {
    frame(type.rawValue, into: &out) { $0.message(message) }
  }

  static func presence(_ type: String, user: String, room: String, into out: inout [UInt8]) {
    frame(type, into: &out) { json in
      json.beginObject()
      json.field("user", user)
      json.field("room", room)
      json.endObject()
    }
  }

  /// Messages of `room` with `from` < id ≤ `to` are gone.
  static func gap(room: String, from: MessageID, to: MessageID, into out: inout [UInt8]) {
    frame("gap", into: &out) { json in
      json.beginObject()
      json.field("room", room)
      json.field("from", from)
      json.field("to", to)
      json.endObject()
    }
  }

  static func error(_ error: ProtocolError, into out: inout [UInt8]) {
    frame("error", into: &out) { json in
      json.beginObject()
      json.field("code", error.code.rawValue)
      json.field("reason", error.reason)
      json.endObject()
    }
  }

  private static func frame(_ type: String, into out: inout [UInt8], _ data: (inout JSONWriter) -> Void) {
    var json = JSONWriter()
    json.beginObject()
    json.field("type", type)
    json.key("data")
    data(&json)
    json.endObject()
    WebSocketEncoder.text(json.bytes, into: &out)
  }
}

/// How events look to WebSocket subscribers: one text frame each, `{"type":…,"data":{…}}`.
package struct WebSocketFormat: EventFormat {
  package init() {}

  package var quitsPerRoom: Bool { true }
  /// Frames name one room.
  package var renamesPerRoom: Bool { true }

  package func encode(_ message: Message, into out: inout [UInt8]) {
    WebSocketFrame.message(message, type: .message, into: &out)
  }

  package func encode(_ event: Event, seenBy viewer: EventViewer, into out: inout [UInt8]) {
    switch viewer {
    case .origin: encodeOwn(event, into: &out)
    case .others(in: let room): encode(event, in: room, into: &out)
    }
  }

  /// A subscriber is shown its own messages as everybody's: that is the acknowledgement.
  private func encodeOwn(_ event: Event, into out: inout [UInt8]) {
    switch event.kind {
    case .message(let message, _, _, _), .repeated(let message): encode(message, into: &out)
    case .refused(let refusal): WebSocketFrame.error(refusal.error, into: &out)
    // The room is entered with the handshake.
    case .joined, .named: break
    // Subscribers neither part nor are renamed, and set no topic.
    case .parted, .quit, .renamed, .topic, .opened, .closed, .wanted: break
    }
  }

  private func encode(_ event: Event, in room: RoomName, into out: inout [UInt8]) {
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
