import ChatCore
import LineProtocol

/// The last messages of a room, in order, without a hole: what replays that are nearly done go on with.
struct RecentMessages {
  /// Inclusive bounds of what is held, ``Message/cost`` for bytes. At 10 000 messages a second it is what comes while 500 readers
  /// are given a page each.
  static let mostMessages = 4096
  static let mostBytes = 1024 * 1024

  /// Everything in the room after this id is held.
  private(set) var after: Int64
  private var messages: ArraySlice<Message> = []
  private var bytes = 0

  init(after: Int64) { self.after = after }

  /// Adds the room's next message. The oldest make room for it.
  mutating func append(_ message: Message) {
    messages.append(message)
    bytes += message.cost
    while messages.count > Self.mostMessages || bytes > Self.mostBytes {
      let oldest = messages.removeFirst()
      bytes -= oldest.cost
      after = oldest.id
    }
  }

  /// The first messages after `id`, at most `limit`; nil if some of them are not held.
  func page(after id: Int64, limit: Int) -> [Message]? {
    if id < after { return nil }
    return Array(messages[messages.partitioningIndex { $0.id > id }...].prefix(limit))
  }
}
