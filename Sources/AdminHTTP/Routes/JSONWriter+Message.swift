import ChatCore
import HTTPProtocol
import LineProtocol

extension JSONWriter {
  mutating func id(_ id: MessageID) { int(Int(id.number)) }

  mutating func field(_ name: String, _ id: MessageID) { field(name, Int(id.number)) }

  /// A topic has the members of a message; its text is empty when it was taken away.
  mutating func entry(_ entry: Entry) {
    switch entry {
    case .message(let message): self.message(message)
    case .topic(let stored):
      beginObject()
      field("id", stored.id)
      field("user", stored.topic.author)
      field("room", stored.room)
      field("text", stored.topic.text)
      field("role", Message.Role.user.name)
      field("ts", stored.topic.time.description)
      field("kind", "topic")
      endObject()
    }
  }

  /// The one form that messages have in HTTP and WebSocket; `kind` stands only where it is not `message`.
  mutating func message(_ message: Message) {
    beginObject()
    field("id", message.id)
    field("user", message.user)
    field("room", message.room)
    field("text", message.text)
    field("role", message.role.name)
    field("ts", message.time.description)
    if message.kind != .message { field("kind", message.kind.name) }
    endObject()
  }
}
