import CSQLite

/// A connection to the database file. Used by one thread at a time, the one that owns it.
///
/// Unsafe code: the handle, which SQLite frees in `deinit`; statements hold their database, so none outlives it. The busy handler's
/// context is `lockTimeout`, which lives as long as the handle.
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
}
