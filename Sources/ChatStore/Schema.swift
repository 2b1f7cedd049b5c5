/// The tables, as they are today, and the way there from every earlier version.
///
/// `PRAGMA user_version` holds the version of a file. A migration is never changed once it was released: a
/// new one is added behind it.
enum Schema {
  /// "LnCh": tells a LineChat file from other SQLite databases.
  private static let applicationID: Int64 = 0x4C6E_4368
  static var version: Int64 { Int64(Migration.allCases.count) }

  /// `messages` is append-only by id, which costs SQLite least. Which messages a room has
  /// is kept in `room_messages`, filled in larger steps behind the tail: in order, so that a step touches
  /// each page of a room once (docs/ARCHITECTURE.md has the measurements). `state` has `last_id`, the last id
  /// given, and `indexed_to`, the last id that `room_messages` knows of.
  private enum Migration: CaseIterable {
    case tables, references, digestsOfReferences, topicsAsEntries
  }

  private static let tables = """
    CREATE TABLE rooms (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      topic TEXT, topic_author TEXT, topic_time INTEGER,
      trimmed_to INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE messages (
      id INTEGER PRIMARY KEY,
      room INTEGER NOT NULL,
      time INTEGER NOT NULL,
      user TEXT NOT NULL,
      kind INTEGER NOT NULL,
      role TEXT NOT NULL,
      text TEXT NOT NULL
    );
    CREATE TABLE room_messages (
      room INTEGER NOT NULL,
      id INTEGER NOT NULL,
      PRIMARY KEY (room, id)
    ) WITHOUT ROWID;
    CREATE TABLE state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO state VALUES ('last_id', 0), ('indexed_to', 0), ('unsynced', 0);
    CREATE VIEW history AS
      SELECT messages.id, rooms.name AS room, strftime('%Y-%m-%dT%H:%M:%S', time / 1000, 'unixepoch')
        || printf('.%03dZ', time % 1000) AS time, user, role, text
      FROM messages JOIN rooms ON rooms.id = messages.room ORDER BY messages.id;
    """

  private static let references = """
    CREATE TABLE refs (
      user TEXT NOT NULL,
      reference TEXT NOT NULL,
      id INTEGER NOT NULL,
      time INTEGER NOT NULL,
      PRIMARY KEY (user, reference)
    ) WITHOUT ROWID;
    CREATE INDEX refs_by_id ON refs (id);
    """

  /// A change of topic is a row of `messages` with `kind` 3. So that readers of messages need not step over
  /// what is none, `room_messages` has messages only, and `room_changes` has the rest, filled in the same
  /// steps. Topics that were set before have no entry.
  private static let topicsAsEntries = """
    CREATE TABLE room_changes (
      room INTEGER NOT NULL,
      id INTEGER NOT NULL,
      PRIMARY KEY (room, id)
    ) WITHOUT ROWID;
    DROP VIEW IF EXISTS history;
    CREATE VIEW history AS
      SELECT messages.id, rooms.name AS room, strftime('%Y-%m-%dT%H:%M:%S', time / 1000, 'unixepoch')
        || printf('.%03dZ', time % 1000) AS time, user, role, text
      FROM messages JOIN rooms ON rooms.id = messages.room WHERE kind < 3 ORDER BY messages.id;
    """

  /// Brings a database from the version before up to version `number`, from 1 on. To be called in a
  /// transaction.
  static func migrate(_ database: Database, to number: Int) throws(SQLError) {
    switch Migration.allCases[number - 1] {
    case .tables: try database.execute(tables)
    case .references: try database.execute(references)
    case .digestsOfReferences: try ReferenceMigration(database).run()
    case .topicsAsEntries: try database.execute(topicsAsEntries)
    }
  }

  /// Refuses a file that is not LineChat's, or of a newer version. Nothing in it is changed by that. Gives
  /// its version; 0 for an empty file.
  @discardableResult
  static func check(_ database: Database, path: String) throws(StoreError) -> Int {
    do {
      let found = try database.number("PRAGMA user_version") ?? 0
      let application = try database.number("PRAGMA application_id") ?? 0
      let tables = try database.number("SELECT count(*) FROM sqlite_schema") ?? 0
      if tables > 0, application != applicationID { throw StoreError.foreign(path: path) }
      if found < 0 { throw StoreError.damaged(path: path, reason: "its schema is number \(found)") }
      if found > version { throw StoreError.newer(path: path, found: found, known: version) }
      return Int(found)
    } catch let error as StoreError {
      throw error
    } catch let error as SQLError {
      throw StoreError(error, path: path)
    } catch {
      throw StoreError.unusable(path: path, reason: "\(error)")
    }
  }

  /// Brings a database up to date, in one transaction for each step. An empty file becomes a new database.
  static func migrate(_ database: Database, path: String) throws(StoreError) {
    let found = try check(database, path: path)
    do throws(SQLError) {
      for number in found + 1..<Int(version) + 1 {
        try database.execute("BEGIN IMMEDIATE")
        try migrate(database, to: number)
        try database.execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(number)")
        try database.execute("COMMIT")
      }
    } catch {
      throw StoreError(error, path: path)
    }
  }
}
