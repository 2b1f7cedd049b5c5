import CSQLite
import ChatCore
import Testing

@testable import ChatStore

/// `--durability normal`: commits are not synced, but soon after.
@Suite(.timeLimit(.minutes(5))) struct WALSyncTests {
  private let fixture = LogFixture()
  private let disk: FaultyDisk

  init() throws { disk = try FaultyDisk() }

  private func open(syncMilliseconds: Int) throws -> SQLiteEventLog {
    try fixture.open(
      .normal,
      disk: DiskAccess(vfs: disk.name, retryMilliseconds: 1, syncMilliseconds: syncMilliseconds))
  }

  @Test func aLoneMessageIsSynced() async throws {
    let log = try open(syncMilliseconds: 1)
    let syncs = disk.walSyncs.count
    try fixture.append([.message("lone")])
    await disk.walSyncs.reaches(syncs + 1)
    #expect(log.stop())
  }

  @Test func commitsAreNotSynced() async throws {
    let log = try open(syncMilliseconds: 3_600_000)
    let syncs = disk.walSyncs.count
    for count in 1...10 {
      try fixture.append([.message("text")])
      _ = await fixture.published(count)
    }
    #expect(disk.walSyncs.count == syncs)
    #expect(log.stop())
  }

  /// There is nothing to wake up for until the next commit.
  @Test func nothingIsDueWhenAllIsSynced() throws {
    let database = try Database(path: fixture.path, .readWrite)
    try database.execute("PRAGMA journal_mode = WAL; CREATE TABLE numbers (number)")
    let sync = WALSync(database, milliseconds: 0)
    try sync.leaveToTimer()
    #expect(sync.waitMilliseconds == nil && !sync.isDue)
    sync.committed()
    #expect(sync.waitMilliseconds == 0 && sync.isDue)
    #expect(sync.sync() == nil)
    #expect(sync.waitMilliseconds == nil && !sync.isDue)
  }

  /// What cannot be synced must not be acknowledged for longer than the second that may be lost.
  @Test func aSyncThatFailsIsToldAndCommitsFailUntilTheDiskIsBack() async throws {
    let log = try open(syncMilliseconds: 1)
    disk.fail(.sync, SQLITE_IOERR | 4 << 8)
    try fixture.append([.message("unsynced")])
    await fixture.troubles.reaches(1)
    #expect(!log.isHealthy)
    try fixture.append([.message("lost")])
    #expect(await fixture.published(2)[1].isLost)
    disk.heal()
    await fixture.troubles.reaches(2)
    #expect(log.isHealthy && fixture.troublesTold.last == .some(nil))
    try fixture.append([.message("after")])
    #expect(await fixture.published(3)[2].isNewMessage)
    #expect(try await LogFixture.texts(log) == ["unsynced", "after"])
    #expect(log.stop())
  }
}
