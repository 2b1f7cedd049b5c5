/// How the log reaches the disk. Tests put another disk below it, and wait for nothing.
struct DiskAccess: Sendable {
  /// What keeps the database for this server, once it does.
  var lock: DatabaseLock?
  /// The name of the SQLite VFS that opens the files, https://www.sqlite.org/vfs.html; nil for that of the system.
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
