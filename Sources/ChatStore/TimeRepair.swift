import Glibc

/// What a clock that was ahead has left in a data directory, set right while no server runs.
///
/// Times never fall, so one message from years ahead gives its time to every later one. Whoever runs this
/// says that the clock is right now; so messages are removed by it again too (``AgeClock``).
package struct TimeRepair: Sendable, Equatable {
  /// How many messages and topics were ahead of the clock.
  package let messages: Int64
  package let topics: Int64

  /// Gives every time after `now`, in milliseconds since 1970, that time: so they still never fall. All of it
  /// or nothing is done.
  package init(directory: String, now: Int64) throws(StoreError) {
    let path = directory + "/linechat.db"
    if access(path, F_OK) != 0 { throw .directory(path: directory, reason: String(cString: strerror(errno))) }
    let lock = try DirectoryLock(directory: directory)
    defer { lock.release() }
    let database = try Self.open(path, DiskAccess(lock: try DatabaseLock(path: path)))
    try Schema.migrate(database, path: path)
    do throws(SQLError) {
      (messages, topics) = try Self.repair(database, now)
      database.keepWAL()
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private static func open(_ path: String, _ disk: DiskAccess) throws(StoreError) -> Database {
    do throws(SQLError) {
      let database = try Database(path: path, .readWrite, disk)
      try database.execute("PRAGMA synchronous = FULL")
      return database
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private static func repair(_ database: Database, _ now: Int64) throws(SQLError) -> (Int64, Int64) {
    try database.execute("BEGIN IMMEDIATE")
    let messages =
      try database.number(
        "SELECT count(*) FROM messages WHERE time > \(now) AND CAST(kind AS INTEGER) <> \(StoredKind.topicValue)"
      ) ?? 0
    let topics = try database.number("SELECT count(*) FROM rooms WHERE topic_time > \(now)") ?? 0
    try database.execute(
      """
      UPDATE messages SET time = \(now) WHERE time > \(now);
      UPDATE rooms SET topic_time = \(now) WHERE topic_time > \(now);
      UPDATE refs SET time = \(now) WHERE time > \(now);
      \(AgeClock.note(now));
      COMMIT;
      PRAGMA wal_checkpoint(TRUNCATE)
      """)
    return (messages, topics)
  }
}
