public import LineProtocol

/// The hub's direct answer to a request that changes nothing.
public enum Reply: Sendable {
  case refused(ProtocolError)
  /// The nick asked for is held by `holder`, which may be gone without having said so.
  case nickInUse(ProtocolError, holder: SessionID)
  /// `.name` was accepted, or `.claim` of the nick that the session has.
  case named(Nick)
  /// `.join` of a room that the session is in.
  case alreadyJoined(RoomName)
  case room(RoomDescription)
  /// Some of those in a room, by name. `next`: what to ask for the others with; nil when there are none.
  case members(RoomDescription, [Nick], next: Int64?)
  /// By name.
  case rooms(Page<RoomDescription>)
  /// Those of the nicks asked for that are there, as their holders write them.
  case found([Nick])
  /// Sessions that have a name, how many there were at most at once since the start, and rooms.
  case count(sessions: Int, mostSessions: Int, rooms: Int)
}

/// What the hub tells of a room.
public struct RoomDescription: Sendable {
  public let id: RoomID
  public let name: RoomName
  public let topic: Topic?
  /// How many names are there.
  public let memberCount: Int
  /// The asking session is in the room.
  public let isJoined: Bool

  public init(id: RoomID, name: RoomName, topic: Topic?, memberCount: Int, isJoined: Bool) {
    self.id = id
    self.name = name
    self.topic = topic
    self.memberCount = memberCount
    self.isJoined = isJoined
  }
}
