import ChatCore
import Glibc
import LineProtocol

/// A data directory that is locked, checked and up to date: what the threads of a ``SQLiteEventLog`` start
/// from.
struct Store {
  let path: String
  let lock: DirectoryLock
  /// With the lock of the database, which every connection has to hold.
  let disk: DiskAccess
  let writer: Database
  let rooms: [StoredRoom]
  /// All that have a row, also those that cannot be shown.
  let roomsOnDisk: Set<RoomID>
  let lastRoom: Int64
  let lastID: MessageID
  let tail: Tail
  let files: DatabaseFiles
  /// nil: each commit is synced.
  let sync: WALSync?
  /// The state, if it could not be written; nothing may be stored before it is.
  let unsaved: StoredState?

  /// What was not as it should be in the file, and what was done about it.
  let repairs: [String]

  init(directory: String, durability: Durability, _ disk: DiskAccess) throws(StoreError) {
    lock = try DirectoryLock(directory: directory)
    path = directory + "/linechat.db"
    var disk = disk
    disk.lock = try DatabaseLock(path: path)
    self.disk = disk
    do throws(SQLError) {
      writer = try Database(path: path, .readWrite, disk)
    } catch {
      throw StoreError(error, path: path)
    }
    try Schema.check(writer, path: path)
    do throws(SQLError) {
      // What a start stores is synced before anything is acknowledged, whatever commits do later.
      try writer.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    } catch {
      throw StoreError(error, path: path)
    }
    try Schema.migrate(writer, path: path)
    try Self.check(writer, path, disk)
    let state = try StoredState(writer, durability, path: path)
    lastID = state.lastID
    unsaved = state.failure == nil ? nil : state
    do throws(SQLError) {
      let unindexed = try Self.loadTail(writer)
      tail = Tail(unindexed)
      let stored = try StoredRooms(writer, unindexed: unindexed, lastID: lastID)
      rooms = stored.rooms
      roomsOnDisk = Set(stored.newest.keys)
      lastRoom = stored.lastRoom
      repairs = (state.repairs + stored.repairs).map { [path] in "\(path): \($0)" }
      files = try DatabaseFiles(path: path)
      sync = durability == .full ? nil : WALSync(writer, milliseconds: disk.syncMilliseconds)
      writer.keepWAL()
      if unsaved == nil { try sync?.leaveToTimer() }
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// Finds what opening does not: a file that was cut, and, as long as that is quick, pages that are damaged.
  private static func check(_ database: Database, _ path: String, _ disk: DiskAccess) throws(StoreError) {
    do throws(SQLError) {
      let bytes =
        (try database.number("PRAGMA page_count") ?? 0) * (try database.number("PRAGMA page_size") ?? 0)
      var file = stat()
      var wal = stat()
      let isWALEmpty = stat(path + "-wal", &wal) != 0 || wal.st_size == 0
      if isWALEmpty, stat(path, &file) == 0, Int64(file.st_size) < bytes {
        throw SQLError(code: 11, message: "the file is shorter than its header says", statement: "open")
      }
      if bytes <= disk.checkedBytes {
        let result = try database.prepare("PRAGMA quick_check(1)")
        let isOK = try result.step() && result.text(0) == "ok"
        if !isOK { throw SQLError(code: 11, message: result.text(0), statement: "PRAGMA quick_check") }
      }
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private static func loadTail(_ database: Database) throws(SQLError) -> [Tail.Entry] {
    let statement = try database.prepare(
      """
      SELECT room, id, kind FROM messages
      WHERE id > (SELECT value FROM state WHERE key = 'indexed_to') ORDER BY id
      """)
    var entries: [Tail.Entry] = []
    while try statement.step() {
      let isMessage = StoredKind(statement.int(2)).isMessage
      entries.append(Tail.Entry(room: statement.int(0), id: statement.id(1), isMessage: isMessage))
    }
    return entries
  }
}

/// How the log reaches the disk. Tests put another disk below it, and wait for nothing.
struct DiskAccess: Sendable {
  /// What keeps the database for this server, once it does.
  var lock: DatabaseLock?
  /// The name of the SQLite VFS that opens the files, https://www.sqlite.org/vfs.html; nil for that of the
  /// system.
  var vfs: String?
  /// How long a transaction waits for one of another process.
  var lockTimeout = LockTimeout(milliseconds: 5_000)
  /// The same for all transactions together once the log is to stop.
  var stopMilliseconds = 2_000
  /// After how long a log that cannot be written is tried again, if no message does that.
  var retryMilliseconds = 1_000
  /// After how long the WAL is synced, where commits do not do that.
  var syncMilliseconds = 1_000
  /// Files up to this size are checked throughout at start, which takes less than 50 ms.
  var checkedBytes: Int64 = 16 << 20
}

/// What an acknowledgement outlives.
package enum Durability: String, Sendable, CaseIterable {
  /// The loss of power: each commit is synced before it is acknowledged.
  case full
  /// The end of the process; of the loss of power all but the last second.
  case normal
}
