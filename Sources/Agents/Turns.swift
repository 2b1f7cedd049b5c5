import LineProtocol

/// Which messages were said after the agent's last answer in their room. Messages are looked at in the order of their ids.
struct Turns {
  /// The id of the last answer in each room, where it is ahead of what is being looked at.
  private var lastAnswers: [String: Int64] = [:]
  /// Beyond so many rooms those are left out that no later message is behind.
  private var bound = 64

  /// Whether it was said after the last answer in its room.
  func isAfterLastAnswer(_ message: Message) -> Bool { message.id > lastAnswers[message.room] ?? 0 }

  mutating func note(_ answer: Message, to message: Message) {
    lastAnswers[answer.room] = answer.id
    if lastAnswers.count > bound {
      lastAnswers = lastAnswers.filter { $0.value > message.id }
      bound = max(64, 2 * lastAnswers.count)
    }
  }
}
