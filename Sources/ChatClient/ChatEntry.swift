import LineProtocol

/// What the room tells under an id, which moves the cursor.
enum ChatEntry: Equatable, Sendable {
  case message(ChatMessage)
  case topic(ChatTopic)

  var id: MessageID {
    switch self {
    case .message(let message): message.id
    case .topic(let topic): topic.id
    }
  }
}

/// A change of the room's topic; the text is empty when it was taken away.
struct ChatTopic: Equatable, Sendable {
  let id: MessageID
  let user: String
  let text: String
}

/// A message as the client shows it: its lines put together.
struct ChatMessage: Equatable, Sendable {
  let id: MessageID
  let user: String
  /// Lines are separated by LF.
  let text: String
  /// When it was said; nil in live messages, which are said now.
  var time: Timestamp?
}
