import HTTPProtocol
import LineProtocol

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
