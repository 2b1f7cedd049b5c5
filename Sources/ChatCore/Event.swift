public import LineProtocol

/// One change of the chat, decided by the hub. All events travel through the log in one order, which is the order in
/// which every loop applies and shows them.
public struct Event: Sendable {
  public enum Change: Sendable {
    /// A message. The log fills in `id` and `time`; it is shown to nobody if it could not be stored.
    case message(RoomID, Message)
    /// A change of a room's topic. The log fills in `id` and the topic's time; it is shown to nobody if it could not be stored.
    case topic(RoomID, Topic, room: RoomName, id: Int64)
    /// The origin enters the room. The log fills in `state`. `isAnnounced`: the first session of this name in the room.
    case joined(RoomID, RoomState, room: RoomName, nick: Nick, after: Int64?, isAnnounced: Bool)
    /// The origin leaves the room. `isAnnounced`: it was the last session of this name there.
    case parted(RoomID, room: RoomName, nick: Nick, reason: String?, isAnnounced: Bool)
    /// A line session has another name; `rooms` are those in which the change is seen as one.
    case renamed(from: Nick, to: Nick, rooms: [RoomID])
    /// A name's presence in a room changes although its session stays: half of a rename that is not seen as one.
    case presence(RoomID, room: RoomName, nick: Nick, isThere: Bool)
    /// A message that the hub refused; here because its place among the session's other messages is here.
    case refused(ProtocolError)
    /// The origin is gone, from `rooms` (those in which that is seen).
    case quit(nick: Nick, reason: String, rooms: [RoomID])
  }

  /// Who asked for it, and is told the outcome.
  public let origin: SessionID
  public var change: Change
  /// Of a message: what its sender would send it again with.
  public var reference: MessageReference?
  /// Set by the log: the message was stored before, under the same reference. Only its sender is told.
  public var isRepeat = false
  /// Set by the log when a stored change could not be stored.
  public var failure: LogError?

  public init(origin: SessionID, _ change: Change) {
    self.origin = origin
    self.change = change
  }

  /// True for what needs a row on disk; the rest stands even when the log cannot be written.
  public var isStored: Bool {
    switch change {
    case .message, .topic: true
    default: false
    }
  }

  /// A message that was stored just now.
  public var isNewMessage: Bool {
    if case .message = change { failure == nil && !isRepeat } else { false }
  }

  /// It was not stored because the log failed.
  public var isLost: Bool {
    switch failure {
    case nil, .referenceUsed: false
    default: true
    }
  }

  /// Bytes that the event holds until it is delivered; what bounds of queues are counted in.
  public var cost: Int {
    if case .message(_, let message) = change { message.cost } else { 128 }
  }
}

/// What a room's topic is, by whom and since when.
public struct Topic: Sendable, Hashable {
  /// Empty when the room has no topic.
  public let text: String
  public let author: String
  public var time: Timestamp

  public init(text: String, author: String, time: Timestamp) {
    self.text = text
    self.author = author
    self.time = time
  }
}

/// What the log knows of a room at one point of the order.
public struct RoomState: Sendable, Equatable {
  /// The id of the room's newest entry, 0 if there is none.
  public var newest: Int64
  /// Entries up to this id, inclusive, may be gone from history.
  public var trimmedTo: Int64

  public init(newest: Int64 = 0, trimmedTo: Int64 = 0) {
    self.newest = newest
    self.trimmedTo = trimmedTo
  }
}
