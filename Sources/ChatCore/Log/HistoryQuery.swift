/// Which messages to read.
public struct HistoryQuery: Sendable, Equatable {
  public enum Range: Sendable, Equatable {
    /// The newest messages.
    case newest
    /// The newest of those with a smaller id (exclusive).
    case before(Int64)
    /// The oldest of those with a greater id (exclusive), up to `through` (inclusive).
    case after(Int64, through: Int64 = .max)
  }

  /// nil: all rooms, which only `.after` can be asked of.
  public let room: RoomID?
  public let range: Range
  /// How many messages at most.
  public let limit: Int
  /// The page ends early, but never empty, when its texts have this many bytes.
  public let byteLimit: Int

  public init(room: RoomID?, _ range: Range, limit: Int, byteLimit: Int = 128 * 1024) {
    self.room = room
    self.range = range
    self.limit = limit
    self.byteLimit = byteLimit
  }
}
