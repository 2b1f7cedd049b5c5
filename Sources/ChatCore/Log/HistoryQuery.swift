/// Which entries to read.
package struct HistoryQuery: Sendable, Equatable {
  package enum Range: Sendable, Equatable {
    /// The newest entries.
    case newest
    /// The newest of those with a smaller id (exclusive).
    case before(Int64)
    /// The oldest of those with a greater id (exclusive), up to `through` (inclusive).
    case after(Int64, through: Int64 = .max)
  }

  /// What is read and counted; entries of other kinds are as if they were not there.
  package enum Kinds: Sendable, Equatable, CaseIterable {
    case messages
    case all

    package func contains(_ entry: Entry) -> Bool {
      switch (self, entry) {
      case (.all, _), (.messages, .message): true
      case (.messages, .topic): false
      }
    }
  }

  /// nil: all rooms, which only `.after` can be asked of.
  package let room: RoomID?
  package let range: Range
  package let kinds: Kinds
  /// How many entries at most.
  package let limit: Int
  /// The page ends early, but never empty, when its texts have this many bytes.
  package let byteLimit: Int

  package init(
    room: RoomID?, _ range: Range, kinds: Kinds = .messages, limit: Int, byteLimit: Int = 128 * 1024
  ) {
    self.room = room
    self.range = range
    self.kinds = kinds
    self.limit = limit
    self.byteLimit = byteLimit
  }
}
