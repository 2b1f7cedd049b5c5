import ChatCore
import LineProtocol

/// Which references were used, by whom, for which message. Confined to the writer thread; part of its transactions, so a reference is
/// on disk exactly when its message is.
final class References {
  /// How long a retry is recognised, in milliseconds.
  static let lifetime: Int64 = 24 * 3_600_000
  /// How many are kept; the oldest go first.
  static let capacity = 100_000
  private static let purgeStep = 256

  private let find: Statement
  private let insert: Statement
  private let message: Statement
  private let edge: Statement
  private let purge: Statement
  private var insertedSincePurge = purgeStep

  init(_ database: Database) throws(SQLError) {
    find = try database.prepare("SELECT id, time FROM refs WHERE user = ?1 AND reference = ?2")
    insert = try database.prepare("INSERT OR REPLACE INTO refs VALUES (?1, ?2, ?3, ?4)")
    message = try database.prepare("SELECT room, kind, text FROM messages WHERE id = ?1")
    edge = try database.prepare("SELECT id FROM refs ORDER BY id DESC LIMIT 1 OFFSET ?1")
    purge = try database.prepare("DELETE FROM refs WHERE id <= ?1")
  }

  /// What an earlier use of the same reference means for a message.
  enum Earlier {
    case none
    /// It was this message: its id and time.
    case same(Int64, Timestamp)
    /// It was another message.
    case different
  }

  func earlier(
    _ reference: MessageReference, _ new: Message, in room: RoomID, now: Int64
  ) throws(SQLError) -> Earlier {
    find.bind(1, new.user)
    find.bind(2, reference.text)
    defer { find.reset() }
    guard try find.step() else { return .none }
    let time = Timestamp(milliseconds: find.int(1))
    guard StoredState.ids.contains(find.int(0)), now - time.milliseconds < Self.lifetime else { return .none }
    message.bind(1, find.int(0))
    defer { message.reset() }
    // A message that was trimmed since cannot be compared; it was most likely the same.
    if try message.step() {
      let isSame =
        message.int(0) == room.number && message.int(1) == Int64(new.kind.rawValue)
        && message.text(2) == new.text
      if !isSame { return .different }
    }
    return .same(find.int(0), time)
  }

  func remember(_ reference: MessageReference, _ new: Message) throws(SQLError) {
    insert.bind(1, new.user)
    insert.bind(2, reference.text)
    insert.bind(3, new.id)
    insert.bind(4, new.time.milliseconds)
    try insert.run()
    insertedSincePurge += 1
  }

  /// Keeps the number bounded. To be called in a transaction.
  func purgeIfDue() throws(SQLError) {
    if insertedSincePurge < Self.purgeStep { return }
    insertedSincePurge = 0
    edge.bind(1, Int64(Self.capacity))
    let isOver = try edge.step()
    let last = isOver ? edge.int(0) : 0
    edge.reset()
    if !isOver { return }
    purge.bind(1, last)
    try purge.run()
  }
}
