import CSQLite
import Glibc
import Synchronization

/// A connection to the database file. Used by one thread at a time, the one that owns it.
///
/// Unsafe code: the handle, which SQLite frees in `deinit`; statements hold their database, so none outlives
/// it. The busy handler's context is `lockTimeout`, which lives as long as the handle.
final class Database {
  enum Access { case readWrite, readOnly }

  let handle: OpaquePointer
  private let lockTimeout: LockTimeout
  /// Outlives the handle.
  private let lock: DatabaseLock?

  init(path: String, _ access: Access, _ disk: DiskAccess = DiskAccess()) throws(SQLError) {
    var opened: OpaquePointer?
    let mode = access == .readWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
    // NOMUTEX: the connection is confined to a thread, so SQLite need not lock it.
    let code = sqlite3_open_v2(
      path, &opened, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, disk.vfs)
    guard let opened, code == SQLITE_OK else {
      let message =
        opened.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
      sqlite3_close_v2(opened)
      throw SQLError(code: code, message: message, statement: "open \(path)")
    }
    handle = opened
    lockTimeout = disk.lockTimeout
    lock = disk.lock
    sqlite3_busy_handler(
      handle,
      { context, count in
        guard let context else { return 0 }
        return Unmanaged<LockTimeout>.fromOpaque(context).takeUnretainedValue().waits(Int(count)) ? 1 : 0
      }, Unmanaged.passUnretained(lockTimeout).toOpaque())
  }

  deinit { sqlite3_close_v2(handle) }

  /// Runs statements that give no rows, or whose rows do not matter.
  func execute(_ sql: String) throws(SQLError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    if code != SQLITE_OK { throw error(code, sql) }
  }

  func prepare(_ sql: String) throws(SQLError) -> Statement { try Statement(sql, in: self) }

  /// The first column of the first row as a number; nil without a row.
  func number(_ sql: String) throws(SQLError) -> Int64? {
    let statement = try prepare(sql)
    return try statement.step() ? statement.int(0) : nil
  }

  /// True while a transaction is open, whatever became of the statements in it.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  func error(_ code: Int32, _ sql: String) -> SQLError {
    SQLError(code: code, message: String(cString: sqlite3_errmsg(handle)), statement: sql)
  }

  /// The WAL and its index stay when this connection is closed, also if it is the last: on a disk that is
  /// full by then they could not be made again, and nothing could be read
  /// (https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html#sqlitefcntlpersistwal).
  func keepWAL() {
    var isOn: Int32 = 1
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_PERSIST_WAL, &isOn)
  }

  /// Counts the pages in the WAL after each commit of this connection into `pages`, which must outlive it.
  /// Takes the place of SQLite's own checkpoints, which would run inside a commit.
  func countWALPages(into pages: UnsafeMutablePointer<Int32>) {
    sqlite3_wal_hook(
      handle,
      { context, _, _, count in
        context?.assumingMemoryBound(to: Int32.self).pointee = count
        return SQLITE_OK
      }, pages)
  }

  /// The pages are counted no more.
  func countNoWALPages() { sqlite3_wal_hook(handle, nil, nil) }

  /// Syncs the WAL through the file that SQLite has open, as a commit with `synchronous=FULL` does. SQLite
  /// has no statement for that: a checkpoint syncs only what no reader keeps it from copying.
  ///
  /// Unsafe code: the file belongs to this connection, lives as long as it, and is used on its thread.
  func syncWAL() throws(SQLError) {
    var found: UnsafeMutablePointer<sqlite3_file>?
    // https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html#sqlitefcntljournalpointer
    var code = sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &found)
    if code == SQLITE_OK {
      guard let file = found, let methods = file.pointee.pMethods else {
        throw SQLError(code: SQLITE_CANTOPEN, message: "there is no WAL", statement: "sync of the WAL")
      }
      code = methods.pointee.xSync(file, SQLITE_SYNC_NORMAL)
    }
    if code != SQLITE_OK {
      throw SQLError(code: code, message: String(cString: sqlite3_errstr(code)), statement: "sync of the WAL")
    }
  }
}

/// How long transactions wait while another process has the database locked. Shared by all connections of a
/// log.
final class LockTimeout: Sendable {
  /// How long one look at a lock keeps from the next.
  private static let stepMilliseconds = 10

  private let perTransaction: Int
  private let left = Atomic(Int.max)

  /// `milliseconds`: how long one transaction waits.
  init(milliseconds: Int) { perTransaction = milliseconds }

  /// From now on all transactions together wait no longer than this: the server is to end, and many may wait
  /// in turn.
  func limit(toMilliseconds milliseconds: Int) { left.store(milliseconds, ordering: .relaxed) }

  /// Called by SQLite while a lock is in the way, for the `count`th time in this wait, from 0 on. Sleeps, and
  /// says whether to try again.
  func waits(_ count: Int) -> Bool {
    guard count < perTransaction / Self.stepMilliseconds, left.load(ordering: .relaxed) > 0 else {
      return false
    }
    usleep(UInt32(Self.stepMilliseconds) * 1_000)
    left.subtract(Self.stepMilliseconds, ordering: .relaxed)
    return true
  }
}

/// What SQLite answered when it did not do what it was asked.
struct SQLError: Error, CustomStringConvertible {
  /// SQLITE_IOERR_WRITE, _FSYNC, _DIR_FSYNC, _TRUNCATE and _SHMSIZE, which Swift does not import.
  private static let writing = [3, 4, 5, 6, 19].map { SQLITE_IOERR | $0 << 8 }

  /// The extended result code, https://www.sqlite.org/rescode.html.
  let code: Int32
  let message: String
  let statement: String

  var primaryCode: Int32 { code & 0xFF }

  /// The disk is full, or takes nothing: reading may succeed all the same.
  var isOfWriting: Bool {
    primaryCode == SQLITE_FULL || Self.writing.contains(code)
  }

  var description: String { "\(message) (SQLite error \(code) in: \(statement))" }
}
