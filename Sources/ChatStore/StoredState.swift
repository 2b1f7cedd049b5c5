import LineProtocol

/// What the file says of its ids: the table `state`, checked against the messages, and made anew where rows
/// of it are gone.
///
/// A file may have been edited, damaged, or saved from a damaged one: nothing in it is believed unseen.
struct StoredState {
  /// Ids that may be in a file at start. JSON's readers know whole numbers up to 2^53 (RFC 8259 §6); the 2^40
  /// that are left before that are more than one run can give.
  static let ids: ClosedRange<MessageID> = MessageID(numbers.lowerBound)...MessageID(numbers.upperBound)
  /// Their numbers. Those of rooms have the same bounds.
  static let numbers: ClosedRange<Int64> = 1...(1 << 53) - (1 << 40)
  /// More ids than can have been given between the last sync of the disk and a crash.
  static let jump: Int64 = 1_000_000

  /// The last id given.
  private(set) var lastID: MessageID
  /// What was made anew, in words.
  private(set) var repairs: [String] = []
  /// Why it could not be written: the disk is full, or takes nothing. Then ``save(_:)`` is to be called
  /// before the first id is given.
  private(set) var failure: SQLError?
  private let durability: Durability
  private var isRead = false

  /// Reads the state and brings it up to date for a run with `durability`, in one transaction. To be called
  /// while commits are synced.
  init(_ database: Database, _ durability: Durability, path: String) throws(StoreError) {
    lastID = 0
    self.durability = durability
    do {
      try database.execute("BEGIN IMMEDIATE")
      try load(database, durability, path)
      // Synced, so the mark and the jump are on disk before the first id of this run is given. If they were
      // written like its messages, a loss of power could take them along, and the next run would give the
      // same ids.
      try database.execute("COMMIT")
    } catch let error as SQLError {
      // What is there can be read all the same. What is not right in it cannot be made so.
      guard isRead, repairs.isEmpty, error.isOfWriting else { throw StoreError(error, path: path) }
      if database.isInTransaction { try? database.execute("ROLLBACK") }
      failure = error
    } catch let error as StoreError {
      throw error
    } catch {
      throw .unusable(path: path, reason: "\(error)")
    }
  }

  private mutating func load(_ database: Database, _ durability: Durability, _ path: String) throws {
    let newest = try Self.newestMessage(database, path)
    let stored = try Self.value("last_id", database, path).map { MessageID($0) }
    let mark = try Self.value("unsynced", database, path)
    if let stored {
      lastID = max(stored, newest)
    } else {
      // References and edges of trimmed rooms outlive their messages.
      lastID = max(newest, try Self.greatest("id", of: "refs", database))
      lastID = max(lastID, try Self.greatest("trimmed_to", of: "rooms", database))
    }
    // Without a sync after each commit a loss of power may have taken ids back that somebody has seen; so may
    // whoever took the rows.
    if stored == nil || mark != 0 { lastID = lastID.advanced(by: Self.jump) }
    guard lastID <= Self.ids.upperBound else { throw Self.damaged("last_id", lastID, path) }
    if stored == nil { repairs.append("the last id was not in it; ids go on after \(lastID)") }
    isRead = true
    try set(database)
    if try Self.value("indexed_to", database, path).map({ try isIndexed(upTo: MessageID($0), database) })
      != true
    {
      repairs.append("its index of rooms was not whole, and is made anew")
      try database.execute("DELETE FROM room_messages; DELETE FROM room_changes")
      try Self.set("indexed_to", 0, database)
    }
  }

  /// Writes what could not be written at the start. To be called while commits are synced.
  func save(_ database: Database) throws(SQLError) {
    try database.execute("BEGIN IMMEDIATE")
    do throws(SQLError) {
      try set(database)
      try database.execute("COMMIT")
    } catch {
      if database.isInTransaction { try database.execute("ROLLBACK") }
      throw error
    }
  }

  private func set(_ database: Database) throws(SQLError) {
    try Self.set("last_id", lastID.number, database)
    try Self.set("unsynced", durability == .normal ? 1 : 0, database)
  }

  /// Whether the index has what it says it has: told from the newest entry that should be in it, and the
  /// oldest that should not.
  private func isIndexed(upTo last: MessageID, _ database: Database) throws(SQLError) -> Bool {
    let edge = try database.prepare(
      """
      SELECT 1 FROM messages
      WHERE id IN ((SELECT max(id) FROM messages WHERE id <= ?1), (SELECT min(id) FROM messages WHERE id > ?1))
        AND (id <= ?1) <> EXISTS (
          SELECT 1 FROM room_messages WHERE room = messages.room AND id = messages.id
          UNION ALL SELECT 1 FROM room_changes WHERE room = messages.room AND id = messages.id)
      """)
    edge.bind(1, last)
    defer { edge.reset() }
    if last > lastID { return false }
    return try !edge.step()
  }

  /// The greatest id of a message, 0 if there is none.
  private static func newestMessage(_ database: Database, _ path: String) throws -> MessageID {
    let statement = try database.prepare(
      "SELECT (SELECT min(id) FROM messages), (SELECT max(id) FROM messages)")
    defer { statement.reset() }
    guard try statement.step(), !statement.isNull(1) else { return 0 }
    for column: Int32 in [0, 1] where !ids.contains(statement.id(column)) {
      throw damaged("the id of a message", statement.id(column), path)
    }
    return statement.id(1)
  }

  /// nil when the row is not there.
  private static func value(_ key: String, _ database: Database, _ path: String) throws -> Int64? {
    let statement = try database.prepare("SELECT value FROM state WHERE key = ?1")
    statement.bind(1, key)
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    guard let number = statement.integer(0), 0...numbers.upperBound ~= number else {
      throw StoreError.damaged(path: path, reason: "\(key) is \(statement.text(0).prefix(40))")
    }
    return number
  }

  private static func set(_ key: String, _ value: Int64, _ database: Database) throws(SQLError) {
    // Written also when it is there already: so it is known from the start whether anything can be stored.
    let statement = try database.prepare("INSERT OR REPLACE INTO state VALUES (?1, ?2)")
    statement.bind(1, key)
    statement.bind(2, value)
    try statement.run()
  }

  private static func greatest(
    _ column: String, of table: String, _ database: Database
  ) throws(SQLError) -> MessageID {
    let number = try database.number(
      "SELECT max(\(column)) FROM \(table) WHERE typeof(\(column)) = 'integer' AND \(column) <= \(ids.upperBound)"
    )
    return MessageID(number ?? 0)
  }

  private static func damaged(_ name: String, _ id: MessageID, _ path: String) -> StoreError {
    .damaged(path: path, reason: "\(name) is \(id)")
  }
}
