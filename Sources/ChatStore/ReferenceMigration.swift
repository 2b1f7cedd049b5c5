import ChatCore
import LineProtocol

/// Puts the references of an older database, which were compared by the row of their message, in a table that
/// has a digest of it. Where the row was removed meanwhile nothing is known of the message.
///
/// One pass in the order of ids. There are 100 000 at most, which takes 1.3 s where they are spread over a
/// million messages.
struct ReferenceMigration {
  private let database: Database

  init(_ database: Database) { self.database = database }

  /// To be called in a transaction.
  func run() throws(SQLError) {
    // The key is not the table's own: in an index of its own it takes half the pages, which a new reference
    // changes one of anywhere.
    try database.execute(
      """
      ALTER TABLE refs RENAME TO old_refs;
      CREATE TABLE refs (
        id INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        key BLOB NOT NULL,
        digest BLOB
      );
      """)
    try carryOver()
    try database.execute("DROP TABLE old_refs; CREATE UNIQUE INDEX refs_by_key ON refs (key)")
  }

  private func carryOver() throws(SQLError) {
    let old = try database.prepare(
      """
      SELECT old_refs.id, old_refs.time, old_refs.user, old_refs.reference, rooms.name, messages.kind, messages.text
      FROM old_refs
        LEFT JOIN messages ON messages.id = old_refs.id
        LEFT JOIN rooms ON rooms.id = messages.room
      ORDER BY old_refs.id
      """)
    let insert = try database.prepare(
      "INSERT OR IGNORE INTO refs (id, time, key, digest) VALUES (?1, ?2, ?3, ?4)")
    // Two may be one: of nicks that differ in case, or, in a file that was edited, of what is not UTF-8. The
    // earlier counts.
    // The index is made at the end, sorted, so it cannot tell.
    var keys: Set<Digest128> = []
    while try old.step() {
      // Anything may stand in a file; what is no id counts nowhere.
      guard let id = old.integer(0).map({ MessageID($0) }), StoredState.ids.contains(id) else { continue }
      let key = References.key(old.text(3), of: old.text(2))
      guard keys.insert(key).inserted else { continue }
      let digest =
        old.isNull(4)
        ? nil
        : References.digest(
          room: old.text(4), kind: Int(truncatingIfNeeded: old.int(5)), text: old.text(6))
      insert.bind(1, id)
      insert.bind(2, old.int(1))
      insert.bind(3, key)
      if let digest { insert.bind(4, digest) } else { insert.bindNull(4) }
      try insert.run()
    }
  }
}
