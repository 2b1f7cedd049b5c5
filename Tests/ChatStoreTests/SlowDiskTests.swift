import CSQLite
import ChatCore
import LineProtocol
import Testing

@testable import ChatStore

/// A disk that takes its time, and a database that somebody else has locked.
@Suite(.timeLimit(.minutes(5))) struct SlowDiskTests {
  private let fixture = LogFixture()
  private let disk: FaultyDisk

  init() throws { disk = try FaultyDisk() }

  @Test func nothingIsToldOrShownBeforeTheSync() async throws {
    let log = try fixture.open(disk: DiskAccess(vfs: disk.name))
    try fixture.append([.message("before")])
    _ = await fixture.published(1)
    disk.stall()
    try fixture.append([.message("slow 1")])
    await disk.stalls.reaches(1)
    try fixture.append([.message("slow 2")])
    #expect(try await LogFixture.texts(log) == ["before"])
    #expect(fixture.publishedCount == 1)
    #expect(log.applied == 1)
    disk.goOn()
    #expect(await fixture.published(3).allSatisfy { $0.isNewMessage })
    #expect(try await LogFixture.texts(log) == ["before", "slow 1", "slow 2"])
    #expect(fixture.troublesTold.isEmpty)
    #expect(log.stop())
  }

  @Test func aStallIsSeenWhileItLasts() async throws {
    let uptime = Now()
    let log = try fixture.open(disk: DiskAccess(vfs: disk.name), uptime: { uptime.milliseconds })
    disk.stall()
    try fixture.append([.message("slow")])
    await disk.stalls.reaches(1)
    uptime.milliseconds += SQLiteEventLog.stallMilliseconds - 1
    #expect(log.isHealthy)
    uptime.milliseconds += 1
    #expect(!log.isHealthy)
    disk.goOn()
    _ = await fixture.published(1)
    #expect(log.isHealthy)
    #expect(log.stop())
  }

  /// Nor does one that is set back hide a stall.
  @Test func aClockThatJumpsIsNoStall() async throws {
    let (wall, uptime) = (Now(), Now())
    let log = try fixture.open(
      disk: DiskAccess(vfs: disk.name), now: { wall.milliseconds }, uptime: { uptime.milliseconds })
    disk.stall()
    try fixture.append([.message("slow")])
    await disk.stalls.reaches(1)
    wall.milliseconds += 1_000 * SQLiteEventLog.stallMilliseconds
    #expect(log.isHealthy)
    wall.milliseconds -= 2_000 * SQLiteEventLog.stallMilliseconds
    #expect(log.isHealthy)
    uptime.milliseconds += SQLiteEventLog.stallMilliseconds
    #expect(!log.isHealthy)
    disk.goOn()
    _ = await fixture.published(1)
    #expect(log.isHealthy)
    #expect(log.stop())
  }

  /// Nobody waits behind a read that hangs, and it is answered when the disk is.
  @Test func whileAReadHangsOthersAreRefused() async throws {
    let first = try fixture.open()
    try fixture.append((1...2_000).map { .message("message \($0)") })
    _ = await fixture.published(2_000)
    #expect(first.stop())
    let uptime = Now()
    let log = try fixture.open(disk: DiskAccess(vfs: disk.name), uptime: { uptime.milliseconds })
    let query = HistoryQuery(room: RoomID(1), .newest, limit: 1)
    disk.stall(.read)
    async let hanging = try log.read(query)
    await disk.stalls.reaches(1)
    uptime.milliseconds += SQLiteEventLog.stallMilliseconds
    await #expect(throws: LogError.unreadable(reason: "a read has been waiting for the disk for long")) {
      try await log.read(query)
    }
    disk.goOn()
    #expect(try await hanging.messages.map(\.text) == ["message 2000"])
    #expect(try await log.read(query).messages.map(\.text) == ["message 2000"])
    #expect(log.stop())
  }

  @Test func aFullQueueIsSeenAndAllOfItIsStoredInOrder() async throws {
    let log = try fixture.open(disk: DiskAccess(vfs: disk.name), uptime: { 1_000 })
    let order = fixture.order
    disk.stall()
    try fixture.append([.message("first")])
    await disk.stalls.reaches(1)
    let text = String(repeating: "x", count: 4_000)
    var count = 1
    while order.queuedBytes <= LocalOrder.limit {
      #expect(!order.isFull)
      try fixture.append([.message("\(count) \(text)")])
      count += 1
    }
    #expect(order.isFull && log.isHealthy)
    // History is read meanwhile.
    #expect(try await LogFixture.texts(log) == [])
    disk.goOn()
    let events = await fixture.published(count)
    #expect(LogFixture.messages(events).map(\.id) == (1...count).map { MessageID(Int64($0)) })
    #expect(LogFixture.messages(events).dropFirst().map(\.text) == (1..<count).map { "\($0) \(text)" })
    #expect(!order.isFull && log.isHealthy && order.queuedBytes == 0)
    #expect(log.stop())
  }

  @Test func aSyncThatFailsAfterALongWaitIsTold() async throws {
    let log = try fixture.open(disk: DiskAccess(vfs: disk.name, retryMilliseconds: 1))
    disk.stall()
    try fixture.append([.message("lost")])
    await disk.stalls.reaches(1)
    try fixture.append([.message("lost too")])
    disk.fail(.sync, SQLITE_IOERR | 4 << 8)
    disk.goOn()
    #expect(await fixture.published(2).allSatisfy { $0.isLost })
    disk.heal()
    await fixture.troubles.reaches(2)
    #expect(log.isHealthy)
    #expect(try await LogFixture.texts(log) == [])
    #expect(log.stop())
  }

  /// Another process has a transaction open, for less than the log waits.
  @Test func aLockIsWaitedFor() async throws {
    let log = try fixture.open(
      disk: DiskAccess(vfs: disk.name, lockTimeout: LockTimeout(milliseconds: 600_000)))
    let other = try Database(path: fixture.path, .readWrite)
    try other.execute("BEGIN IMMEDIATE")
    try fixture.append([.message("patient")])
    await disk.refusedLocks.reaches(1)
    #expect(fixture.publishedCount == 0)
    try other.execute("COMMIT")
    #expect(await fixture.published(1)[0].isNewMessage)
    #expect(fixture.troublesTold.isEmpty)
    #expect(log.stop())
  }

  /// The end does not wait for a lock for as long as messages do.
  @Test func aLockAtTheEndIsAnErrorForAllThatWaits() async throws {
    let log = try fixture.open(
      disk: DiskAccess(vfs: disk.name, lockTimeout: LockTimeout(milliseconds: 600_000), stopMilliseconds: 10))
    let other = try Database(path: fixture.path, .readWrite)
    try other.execute("BEGIN IMMEDIATE")
    try fixture.append([.message("first")])
    await disk.refusedLocks.reaches(1)
    try fixture.append([.message("second")])
    #expect(!log.stop())
    #expect(await fixture.published(2).allSatisfy(\.isLost))
    try other.execute("COMMIT")
  }

  /// The same, for longer.
  @Test func aLockThatStaysIsAnError() async throws {
    let log = try fixture.open(
      disk: DiskAccess(vfs: disk.name, lockTimeout: LockTimeout(milliseconds: 0), retryMilliseconds: 1))
    try fixture.append([.message("before")])
    _ = await fixture.published(1)
    let other = try Database(path: fixture.path, .readWrite)
    try other.execute("BEGIN IMMEDIATE")
    try fixture.append([.message("lost")])
    #expect(await fixture.published(2)[1].failure == .notStored)
    guard case .notStored(let reason) = fixture.troublesTold.last else {
      Issue.record("\(fixture.troublesTold)")
      return
    }
    #expect(reason.contains("locked"))
    #expect(try await LogFixture.texts(log) == ["before"])
    // The message, and tries by itself.
    await disk.refusedLocks.reaches(3)
    #expect(!log.isHealthy)
    disk.fail(.write, SQLITE_FULL)
    try other.execute("COMMIT")
    // A transaction that has nothing to write would succeed by now.
    await disk.failures.reaches(3)
    #expect(!log.isHealthy)
    disk.heal()
    await fixture.troubles.reaches(2)
    #expect(log.isHealthy)
    try fixture.append([.message("after")])
    #expect(LogFixture.messages(await fixture.published(3)).last?.id == 2)
    #expect(try await LogFixture.texts(log) == ["before", "after"])
    #expect(log.stop())
  }
}
