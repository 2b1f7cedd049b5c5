/// Puts the references of an older database, which were compared by the row of their message, in a table that has a digest of it.
/// Where the row was removed meanwhile nothing is known of the message.
///
/// One pass in the order of ids. There are 100 000 of them at most, which takes 0.3 s.
struct ReferenceMigration {
  private let database: Database

  init(_ database: Database) { self.database = database }

  /// To be called in a transaction.
  func run() throws(SQLError) {
    // The key is not the table's own: in an index of its own it takes half the pages, which a new reference changes one of anywhere.
    try database.execute(
      """
      DROP INDEX IF EXISTS refs_by_id;
      ALTER TABLE refs RENAME TO old_refs;
      CREATE TABLE refs (
        id INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        key BLOB NOT NULL,
        digest BLOB
      );
      CREATE UNIQUE INDEX refs_by_key ON refs (key);
      """)
    try carryOver()
    try database.execute("DROP TABLE old_refs")
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
    let references = try References(database)
    while try old.step() {
      // Anything may stand in a file; what is no id counts nowhere.
      guard let id = old.integer(0), StoredState.ids.contains(id) else { continue }
      let key = References.key(old.text(3), of: old.text(2))
      let digest =
        old.isNull(4)
        ? nil
        : References.digest(
          room: old.text(4), kind: Int(truncatingIfNeeded: old.int(5)), text: old.text(6))
      try references.insert(id: id, time: old.int(1), key: key, digest: digest)
    }
  }
}
