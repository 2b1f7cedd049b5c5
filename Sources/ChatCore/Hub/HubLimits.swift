/// Bounds of what the hub keeps.
public struct HubLimits: Sendable {
  /// Rooms one session may be in at once.
  public var roomsPerSession: Int
  /// Rooms there may be in all.
  public var rooms: Int

  public init(roomsPerSession: Int = 1_000, rooms: Int = 1_000_000) {
    self.roomsPerSession = roomsPerSession
    self.rooms = rooms
  }
}
