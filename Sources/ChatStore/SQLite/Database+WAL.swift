import CSQLite

extension Database {
  /// The WAL and its index stay when this connection is closed, also if it is the last: on a disk that is full by then they could not be
  /// made again, and nothing could be read (https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html#sqlitefcntlpersistwal).
  func keepWAL() {
    var isOn: Int32 = 1
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_PERSIST_WAL, &isOn)
  }

  /// Counts the pages in the WAL after each commit of this connection into `pages`, which must outlive it. Takes the place of
  /// SQLite's own checkpoints, which would run inside a commit.
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

  /// Syncs the WAL through the file that SQLite has open, as a commit with `synchronous=FULL` does. SQLite has no statement for that: a
  /// checkpoint syncs only what no reader keeps it from copying.
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
