import ChatCore
import LineProtocol

/// Takes away what need not be kept, in steps that are small enough to stand between two commits. Confined to
/// the writer thread.
///
/// Entries of all kinds are trimmed; a room's topic stays, as it stands in `rooms`. Where a number of
/// messages is kept, what is older than the oldest of them goes. Only indexed entries are trimmed: the tail
/// is young. A room's `trimmed_to` is raised in the transaction that deletes, so whoever resumes from before
/// the edge is told of the gap.
final class Trimmer {
  /// Entries that one step deletes at most.
  private static let stepMessages = 500

  private let database: Database
  fileprivate let retention: Retention
  private let clock: () -> Int64
  private let oldest: Statement
  private let edge: Statement
  private let nextRoom: Statement
  private let doomed: Statement
  private let deleteMessage: Statement
  private let deleteIndex: [Statement]
  private let raise: Statement
  /// The room that was looked at last for its number of messages.
  private var room: Int64 = 0

  init(
    _ database: Database, _ retention: Retention, clock: @escaping () -> Int64
  ) throws(SQLError) {
    self.database = database
    self.retention = retention
    self.clock = clock
    oldest = try database.prepare(
      """
      SELECT room, id, time FROM messages WHERE id <= (SELECT value FROM state WHERE key = 'indexed_to')
      ORDER BY id LIMIT ?1
      """)
    edge = try database.prepare(
      "SELECT id FROM room_messages WHERE room = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2")
    nextRoom = try database.prepare("SELECT min(id) FROM rooms WHERE id > ?1")
    doomed = try database.prepare(

      """
      SELECT id FROM room_messages WHERE room = ?1 AND id <= ?2
      UNION SELECT id FROM room_changes WHERE room = ?1 AND id <= ?2 ORDER BY id LIMIT ?3
      """)
    deleteMessage = try database.prepare("DELETE FROM messages WHERE id = ?1 AND room = ?2")
    deleteIndex = [
      try database.prepare("DELETE FROM room_messages WHERE room = ?1 AND id = ?2"),
      try database.prepare("DELETE FROM room_changes WHERE room = ?1 AND id = ?2"),
    ]
    raise = try database.prepare("UPDATE rooms SET trimmed_to = ?2 WHERE id = ?1 AND trimmed_to < ?2")
  }

  /// Does one step, in a transaction of its own. Gives the rooms that were trimmed and up to where; empty
  /// when there is nothing to do for now.
  func step() throws(SQLError) -> [RoomID: MessageID] {
    try database.execute("BEGIN IMMEDIATE")
    do throws(SQLError) {
      var trimmed = try trimByAge()
      if trimmed.isEmpty { trimmed = try trimByNumber() }
      for (room, id) in trimmed {
        raise.bind(1, room.number)
        raise.bind(2, id)
        try raise.run()
      }
      try database.execute("COMMIT")
      return trimmed
    } catch {
      if database.isInTransaction { try database.execute("ROLLBACK") }
      throw error
    }
  }

  private func trimByAge() throws(SQLError) -> [RoomID: MessageID] {
    guard let age = retention.milliseconds else { return [:] }
    let limit = clock() - age
    var found: [(room: Int64, id: MessageID)] = []
    oldest.bind(1, Int64(Self.stepMessages))
    // Times rise with ids, so the first that is young enough ends the step.
    while try oldest.step() {
      if oldest.int(2) >= limit { break }
      found.append((oldest.int(0), oldest.id(1)))
    }
    oldest.reset()
    return try delete(found)
  }

  /// Looks at one room after the other, a few in one step.
  private func trimByNumber() throws(SQLError) -> [RoomID: MessageID] {
    guard let kept = retention.messagesPerRoom else { return [:] }
    for _ in 0..<100 {
      nextRoom.bind(1, room)
      let isThere = try nextRoom.step() && !nextRoom.isNull(0)
      let next = isThere ? nextRoom.int(0) : 0
      nextRoom.reset()
      if !isThere {
        room = 0
        return [:]
      }
      let found = try surplus(of: next, beyond: kept)
      // A room with more to go is looked at again in the next step.
      if found.count < Self.stepMessages { room = next }
      if !found.isEmpty { return try delete(found) }
    }
    return [:]
  }

  private func surplus(of room: Int64, beyond kept: Int) throws(SQLError) -> [(room: Int64, id: MessageID)] {
    edge.bind(1, room)
    edge.bind(2, Int64(kept))
    defer { edge.reset() }
    guard try edge.step() else { return [] }
    doomed.bind(1, room)
    doomed.bind(2, edge.id(0))
    doomed.bind(3, Int64(Self.stepMessages))
    var found: [(room: Int64, id: MessageID)] = []
    while try doomed.step() { found.append((room, doomed.id(0))) }
    return found
  }

  private func delete(_ messages: [(room: Int64, id: MessageID)]) throws(SQLError) -> [RoomID: MessageID] {
    var trimmed: [RoomID: MessageID] = [:]
    for (room, id) in messages {
      deleteMessage.bind(1, id)
      deleteMessage.bind(2, room)
      try deleteMessage.run()
      for delete in deleteIndex {
        delete.bind(1, room)
        delete.bind(2, id)
        try delete.run()
      }
      trimmed[RoomID(room)] = max(trimmed[RoomID(room)] ?? 0, id)
    }
    return trimmed
  }
}

/// When the writer trims: one step at a time, at once while there is more to trim, else once a second.
struct TrimPace {
  private static let rest = Duration.seconds(1)

  private let trimmer: Trimmer
  /// Messages go by their age.
  var isByAge: Bool { trimmer.retention.milliseconds != nil }
  private var hasMore = true
  private var last: ContinuousClock.Instant?

  init(_ trimmer: Trimmer) { self.trimmer = trimmer }

  /// How long the writer may wait for events.
  var waitMilliseconds: Int { hasMore ? 0 : 1_000 }

  mutating func trimIfDue(_ writer: LogWriter) {
    let now = ContinuousClock.now
    if !hasMore, let last, now - last < Self.rest { return }
    if !hasMore {
      writer.indexNow()
      writer.noteTimeIfDue()
    }
    last = now
    // A step that fails is tried again a second later; nothing is lost by keeping messages longer.
    let trimmed = (try? trimmer.step()) ?? [:]
    hasMore = !trimmed.isEmpty
  }
}

/// How long messages are kept. Without either bound, for ever.
package struct Retention: Sendable, Equatable {
  /// Older messages go.
  package var milliseconds: Int64?
  /// A room keeps this many of its newest messages.
  package var messagesPerRoom: Int?

  package init(milliseconds: Int64? = nil, messagesPerRoom: Int? = nil) {
    self.milliseconds = milliseconds
    self.messagesPerRoom = messagesPerRoom
  }

  var isForEver: Bool { milliseconds == nil && messagesPerRoom == nil }
}
