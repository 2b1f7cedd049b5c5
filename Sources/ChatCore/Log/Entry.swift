package import LineProtocol

/// What the log keeps under an id, and what a resume gives again.
package enum Entry: Sendable, Hashable {
  case message(Message)
  case topic(StoredTopic)

  package var id: MessageID {
    switch self {
    case .message(let message): message.id
    case .topic(let topic): topic.id
    }
  }

  /// Bytes of its text.
  package var textBytes: Int {
    switch self {
    case .message(let message): message.text.utf8.count
    case .topic(let topic): topic.topic.text.utf8.count
    }
  }

  /// Bytes that it takes in memory, about; what bounds of queues are counted in.
  package var cost: Int {
    switch self {
    case .message(let message): message.cost
    case .topic: 128 + textBytes
    }
  }

  /// nil for what is no message.
  package var message: Message? {
    switch self {
    case .message(let message): message
    case .topic: nil
    }
  }
}

/// A change of a room's topic as it stands in the log.
package struct StoredTopic: Sendable, Hashable {
  /// The place in the log, in one row with those of messages.
  package let id: MessageID
  /// The room's name as first written, without `#`.
  package let room: String
  /// Its text is empty when the topic was taken away.
  package let topic: Topic

  package init(id: MessageID, room: String, topic: Topic) {
    self.id = id
    self.room = room
    self.topic = topic
  }
}

extension Message {
  /// Bytes that it takes in memory, about; what bounds of queues are counted in.
  package var cost: Int { 128 + text.utf8.count }
}
