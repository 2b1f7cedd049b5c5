import ChatCore
import LineProtocol

/// What one session has been shown of a room, checked entry by entry: none is lost, doubled or out of order.
struct RoomView {
  enum Source {
    case live
    /// A replay or a page: what is on disk.
    case stored
  }

  let room: String
  /// The last entry that was shown; everything after it is to come.
  private(set) var cursor: MessageID
  /// Changes of topic have a frame or a line at this door.
  let showsTopics: Bool
  /// Up to here only messages are shown: the newest of them were asked for.
  let messagesThrough: MessageID
  private var hasShown = false

  init(_ room: String, after cursor: MessageID, showsTopics: Bool, messagesThrough: MessageID = 0) {
    self.room = room
    self.cursor = cursor
    self.showsTopics = showsTopics
    self.messagesThrough = messagesThrough
  }

  mutating func saw(_ id: MessageID, _ source: Source, _ truth: Truth, _ who: @autoclosure () -> String) {
    guard let item = truth.item(id, in: room) else {
      return truth.fail("\(who()): \(room) has no \(id)")
    }
    if id <= cursor { return truth.fail("\(who()): \(room) \(id) was shown after \(cursor)") }
    if item.isHidden, source == .live {
      truth.fail("\(who()): \(room) \(id) is shown, its outcome is unknown")
    }
    checkNothing(after: cursor, through: id.previous, truth, who())
    cursor = id
    hasShown = true
  }

  /// Everything up to `id` has been shown.
  mutating func isComplete(through id: MessageID, _ truth: Truth, _ who: @autoclosure () -> String) {
    checkNothing(after: cursor, through: id, truth, who())
    cursor = max(cursor, id)
  }

  mutating func gap(from: MessageID, to: MessageID, _ truth: Truth, _ who: @autoclosure () -> String) {
    if from != cursor || to <= from || to > truth.trimmed(in: room) {
      truth.fail("\(who()): GAP \(room) \(from) \(to) at \(cursor), trimmed to \(truth.trimmed(in: room))")
    }
    cursor = max(cursor, to)
  }

  /// Whoever resumes after `id` misses nothing. What was said while `session` was not in the room is not
  /// missed: it may have left and entered it without having been told so yet.
  func checkResume(
    after id: MessageID, _ truth: Truth, of session: SessionID? = nil, _ who: @autoclosure () -> String
  ) {
    // The newest messages are asked for once: who has been shown none of them goes on behind them.
    let cursor = hasShown ? self.cursor : max(self.cursor, messagesThrough)
    checkNothing(after: cursor, through: id, truth, of: session, "\(who()), told to resume after \(id)")
  }

  private func isShown(_ item: Truth.Item, _ truth: Truth) -> Bool {
    if item.id <= messagesThrough { return !item.isTopic && item.id > truth.trimmed(in: room) }
    return showsTopics || !item.isTopic
  }

  private func checkNothing(
    after: MessageID, through: MessageID, _ truth: Truth, of session: SessionID? = nil,
    _ who: @autoclosure () -> String
  ) {
    let missed = truth.items(in: room, after: after, through: through)
      .first { !$0.isHidden && isShown($0, truth) && !truth.wasAbsent(session, from: room, at: $0.id) }
    if let missed { truth.fail("\(who()): \(room) \(missed.id) was not shown, after \(after)") }
  }
}
