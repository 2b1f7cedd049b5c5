import HTTPProtocol
import LineProtocol

extension JSONWriter {
  /// The one form that messages have in HTTP and WebSocket; `kind` stands only where it is not `message`.
  mutating func message(_ message: Message) {
    beginObject()
    field("id", Int(message.id))
    field("user", message.user)
    field("room", message.room)
    field("text", message.text)
    field("role", message.role.name)
    field("ts", message.time.description)
    if message.kind != .message { field("kind", message.kind.name) }
    endObject()
  }
}
