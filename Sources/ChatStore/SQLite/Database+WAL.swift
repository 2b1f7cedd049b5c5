import CSQLite

extension Database {
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
}
