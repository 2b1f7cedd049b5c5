import ChatCore

/// Syncs the WAL where commits do not: some time after the first commit that is not synced. Confined to the
/// writer thread, so that nothing is acknowledged while a sync is on its way, and no more than `milliseconds`
/// of acknowledgements are ever without one.
final class WALSync {
  private let database: Database
  private var delay: Delay
  /// Commits sync by themselves for now.
  private var isWithEachCommit = true

  /// `database` has `synchronous=FULL` until ``leaveToTimer()``.
  init(_ database: Database, milliseconds: Int) {
    self.database = database
    delay = Delay(milliseconds: milliseconds)
  }

  var isDue: Bool { delay.isDue }
  var waitMilliseconds: Int? { delay.waitMilliseconds }

  func leaveToTimer() throws(SQLError) {
    // https://www.sqlite.org/pragma.html#pragma_synchronous: in WAL mode NORMAL leaves out the sync of
    // commits, and nothing else.
    try database.execute("PRAGMA synchronous = NORMAL")
    isWithEachCommit = false
  }

  func syncEachCommit() throws(SQLError) {
    try database.execute("PRAGMA synchronous = FULL")
    isWithEachCommit = true
  }

  /// Learns of a commit.
  func committed() {
    if !isWithEachCommit {
      if !delay.isSet { delay.set() }
      return
    }
    // The sync of this commit was one of everything before it. Should the pragma fail, commits go on to sync.
    delay.clear()
    try? leaveToTimer()
  }

  /// Syncs now. When that fails, commits do it until one of them succeeds: nobody is told of a message that
  /// would be lost with the power while the disk does not take anything.
  func sync() -> LogError? {
    delay.clear()
    do throws(SQLError) {
      try database.syncWAL()
      return nil
    } catch {
      try? syncEachCommit()
      return .outcomeUnknown(reason: error.description)
    }
  }
}
