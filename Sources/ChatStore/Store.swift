import ChatCore
import Glibc
import LineProtocol

/// A data directory that is locked, checked and up to date: what the threads of a ``SQLiteEventLog`` start from.
struct Store {
  let path: String
  let lock: DirectoryLock
  let writer: Database
  let rooms: [StoredRoom]
  let states: [RoomID: RoomState]
  let lastID: Int64
  let tail: Tail
  let files: DatabaseFiles
  /// nil: each commit is synced.
  let sync: WALSync?

  /// Files up to this size are checked throughout at start, which takes less than 50 ms.
  private static let checkedBytes: Int64 = 16 << 20
  /// More ids than can have been given between the last sync of the disk and a crash.
  private static let unsyncedJump: Int64 = 1_000_000

  init(directory: String, durability: Durability, _ disk: DiskAccess) throws(StoreError) {
    lock = try DirectoryLock(directory: directory)
    path = directory + "/linechat.db"
    do throws(SQLError) {
      writer = try Database(path: path, .readWrite, disk)
      // What a start stores is synced before anything is acknowledged, whatever commits do later.
      try writer.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    } catch {
      throw StoreError(error, path: path)
    }
    try Schema.migrate(writer, path: path)
    try Self.check(writer, path)
    do throws(SQLError) {
      lastID = try Self.startIDs(writer, durability)
      let unindexed = try Self.loadTail(writer)
      tail = Tail(unindexed)
      (rooms, states) = try Self.loadRooms(writer, unindexed)
      files = try DatabaseFiles(path: path)
      sync = durability == .full ? nil : WALSync(writer, milliseconds: disk.syncMilliseconds)
      try sync?.leaveToTimer()
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// Finds what opening does not: a file that was cut, and, as long as that is quick, pages that are damaged.
  private static func check(_ database: Database, _ path: String) throws(StoreError) {
    do throws(SQLError) {
      let bytes =
        (try database.number("PRAGMA page_count") ?? 0) * (try database.number("PRAGMA page_size") ?? 0)
      var file = stat()
      var wal = stat()
      let isWALEmpty = stat(path + "-wal", &wal) != 0 || wal.st_size == 0
      if isWALEmpty, stat(path, &file) == 0, Int64(file.st_size) < bytes {
        throw SQLError(code: 11, message: "the file is shorter than its header says", statement: "open")
      }
      if bytes <= checkedBytes {
        let result = try database.prepare("PRAGMA quick_check(1)")
        let isOK = try result.step() && result.text(0) == "ok"
        if !isOK { throw SQLError(code: 11, message: result.text(0), statement: "PRAGMA quick_check") }
      }
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// The last id given. Without a sync after each commit a loss of power may have taken ids back that somebody has seen; so that
  /// none is given twice, ids jump ahead after such a run.
  private static func startIDs(_ database: Database, _ durability: Durability) throws(SQLError) -> Int64 {
    try database.execute("BEGIN IMMEDIATE")
    var last = try database.number("SELECT value FROM state WHERE key = 'last_id'") ?? 0
    last = max(last, try database.number("SELECT max(id) FROM messages") ?? 0)
    if try database.number("SELECT value FROM state WHERE key = 'unsynced'") == 1 {
      last += unsyncedJump
      try database.execute("UPDATE state SET value = \(last) WHERE key = 'last_id'")
    }
    let mark = durability == .normal ? 1 : 0
    try database.execute("UPDATE state SET value = \(mark) WHERE key = 'unsynced' AND value <> \(mark)")
    // Synced, so the mark and the jump are on disk before the first id of this run is given. If they were written like its messages,
    // a loss of power could take them along, and the next run would give the same ids.
    try database.execute("COMMIT")
    return last
  }

  private static func loadTail(_ database: Database) throws(SQLError) -> [Tail.Entry] {
    let statement = try database.prepare(
      """
      SELECT room, id FROM messages
      WHERE id > (SELECT value FROM state WHERE key = 'indexed_to') ORDER BY id
      """)
    var entries: [Tail.Entry] = []
    while try statement.step() { entries.append(Tail.Entry(room: statement.int(0), id: statement.int(1))) }
    return entries
  }

  private static func loadRooms(
    _ database: Database, _ unindexed: [Tail.Entry]
  ) throws(SQLError) -> ([StoredRoom], [RoomID: RoomState]) {
    let statement = try database.prepare(
      """
      SELECT id, name, topic, topic_author, topic_time, trimmed_to,
        (SELECT max(id) FROM room_messages WHERE room = rooms.id) FROM rooms
      """)
    var rooms: [StoredRoom] = []
    var states: [RoomID: RoomState] = [:]
    while try statement.step() {
      let id = RoomID(statement.int(0))
      // Where everything was trimmed, those who were there before are still to be told.
      let trimmedTo = statement.int(5)
      states[id] = RoomState(newest: max(statement.int(6), trimmedTo), trimmedTo: trimmedTo)
      // A name that no longer is one (somebody edited the file) hides the room, not the server.
      guard let name = try? RoomName(statement.text(1)) else { continue }
      rooms.append(StoredRoom(id: id, name: name, topic: topic(statement)))
    }
    for entry in unindexed { states[RoomID(entry.room), default: RoomState()].newest = entry.id }
    return (rooms, states)
  }

  private static func topic(_ statement: Statement) -> Topic? {
    if statement.isNull(2) || statement.text(2).isEmpty { return nil }
    return Topic(
      text: statement.text(2), author: statement.text(3), time: Timestamp(milliseconds: statement.int(4)))
  }
}
