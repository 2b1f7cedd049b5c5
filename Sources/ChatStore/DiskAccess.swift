/// How the log reaches the disk. Tests put another disk below it, and wait for nothing.
struct DiskAccess: Sendable {
  /// The name of the SQLite VFS that opens the files, https://www.sqlite.org/vfs.html; nil for that of the system.
  var vfs: String?
  /// How long a transaction waits for one of another process.
  var busyMilliseconds: Int32 = 5_000
  /// After how long a log that cannot be written is tried again, if no message does that.
  var retryMilliseconds = 1_000
}
