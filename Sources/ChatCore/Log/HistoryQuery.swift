package import LineProtocol

/// Which entries to read.
package struct HistoryQuery: Sendable, Equatable {
  package enum Range: Sendable, Equatable {
    /// The newest entries.
    case newest
    /// The newest of those with a smaller id (exclusive).
    case before(MessageID)
    /// The oldest of those with a greater id (exclusive), up to `through` (inclusive).
    case after(MessageID, through: MessageID = .max)
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

  package enum Rooms: Sendable, Equatable {
    case one(RoomID)
    /// These, as one row by id. Only `.after` can be asked of them.
    case several([RoomID])
    /// Only `.after` can be asked of them.
    case all
  }

  package let rooms: Rooms
  /// The only one that is read; nil if there are several.
  package var room: RoomID? {
    if case .one(let room) = rooms { room } else { nil }
  }
  package let range: Range
  package let kinds: Kinds
  /// How many entries at most.
  package let limit: Int
  /// The page ends early, but never empty, when its texts have this many bytes.
  package let byteLimit: Int

  /// `room`: nil for all.
  package init(
    room: RoomID?, _ range: Range, kinds: Kinds = .messages, limit: Int, byteLimit: Int = 128 * 1024
  ) {
    self.init(
      room.map(Rooms.one) ?? .all, range, kinds: kinds, limit: limit, byteLimit: byteLimit)
  }

  package init(_ rooms: Rooms, _ range: Range, kinds: Kinds = .messages, limit: Int, byteLimit: Int) {
    self.rooms = rooms
    self.range = range
    self.kinds = kinds
    self.limit = limit
    self.byteLimit = byteLimit
  }
}
