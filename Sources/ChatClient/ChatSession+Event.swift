extension ChatSession {
  /// What the person or the script is told.
  enum Event: Equatable, Sendable {
    case message(ChatMessage)
    case topic(ChatTopic)
    /// A draft is stored under this id.
    case stored(Draft, id: Int64)
    case refused(Draft, reason: String)
    /// A draft was sent, the connection broke, and it is not among what the room has now.
    case uncertain(Draft)
    /// What the room said after this id follows, then `live`.
    case resuming(after: Int64)
    /// What is said from now on follows; the session has this name.
    case live(nick: String)
    /// Messages with from < id ≤ to are no longer stored.
    case gap(from: Int64, to: Int64)
    /// The server knows no id as high as the last one seen: its log is another one.
    case newLog(lastSeen: Int64)
    case joined(String)
    case left(String)
    case renamed(from: String, to: String)
    /// Who is in the room, in order; `isWanted`: the person asked for it.
    case names([String], isWanted: Bool)
    /// The server is about to close: `slow`, `shutdown`.
    case farewell(String)
    case disconnected(String)
    /// The server does not let this session in; another attempt may pass if the refusal is `transient`.
    case rejected(String, transient: Bool)
    /// The server ends the connection because too much came at once; another may be made in so many seconds. What it has not
    /// answered it has not taken, and waits for that.
    case throttled(String, seconds: Int64)
  }
}
