import CSQLite
import ChatCore
import Glibc
import LineProtocol
import Testing

@testable import ChatStore

/// A disk that is full or broken: senders are told, nothing that is not stored is shown, and the log works
/// again when the disk does.
@Suite(.timeLimit(.minutes(5))) struct DiskFaultTests {
  struct Fault: CustomTestStringConvertible {
    let operation: FaultyDisk.Operation
    let code: Int32
    let name: String
    var testDescription: String { name }

    static let all = [
      Fault(operation: .write, code: SQLITE_FULL, name: "disk full"),
      Fault(operation: .write, code: SQLITE_IOERR | 3 << 8, name: "SQLITE_IOERR_WRITE"),
      Fault(operation: .sync, code: SQLITE_IOERR | 4 << 8, name: "SQLITE_IOERR_FSYNC"),
    ]
  }

  private let fixture = LogFixture()
  private let disk: FaultyDisk

  init() throws { disk = try FaultyDisk() }

  /// Tries again at once, or, if nothing is to happen by itself, never.
  private func access(isRetrying: Bool = true) -> DiskAccess {
    DiskAccess(
      vfs: disk.name, lockTimeout: LockTimeout(milliseconds: 0), retryMilliseconds: isRetrying ? 1 : 3_600_000
    )
  }

  /// A file that was left in an orderly way needs nothing written to be read.
  @Test func aFullDiskDoesNotKeepHistoryFromBeingRead() async throws {
    var log = try fixture.open()
    try fixture.append([.message("before")])
    _ = await fixture.published(1)
    #expect(log.stop())
    disk.fail(.write, SQLITE_FULL)
    log = try fixture.open(disk: DiskAccess(vfs: disk.name, retryMilliseconds: 1))
    #expect(try await LogFixture.texts(log) == ["before"])
    try fixture.append([.message("lost")])
    #expect(await fixture.published(2)[1].isLost)
    disk.heal()
    await fixture.troubles.reaches(2)
    #expect(log.stop())
  }

  @Test(arguments: Fault.all) func sendersAreToldAndTheLogRecovers(from fault: Fault) async throws {
    var log = try fixture.open(disk: access(isRetrying: false))
    try fixture.append([.message("before")])
    _ = await fixture.published(1)
    disk.fail(fault.operation, fault.code)
    try fixture.append([.message("lost 1"), .message("lost 2", room: 2)])
    _ = await fixture.published(3)
    try fixture.append([.message("lost 3")])
    let lost = await fixture.published(4).dropFirst()
    for event in lost {
      // The commit had begun.
      #expect(event.failure == .outcomeUnknown)
    }
    #expect(lost.count == 3)
    #expect(!log.isHealthy)
    #expect(try await LogFixture.texts(log) == ["before"])

    disk.heal()
    try fixture.append([.message("after"), .message("after", room: 2)])
    let events = await fixture.published(6)
    #expect(events.suffix(2).allSatisfy { $0.isNewMessage })
    #expect(log.isHealthy)
    // No id is given twice where it may have been stored.
    #expect(LogFixture.messages(events).map(\.id) == [1, 5, 6])
    #expect(try await LogFixture.texts(log) == ["before", "after"])
    #expect(try await LogFixture.texts(log, room: 2) == ["after"])
    #expect(fixture.troublesTold.map { $0 == nil } == [false, true])
    #expect(log.stop())
    log = try fixture.open()
    #expect(try await LogFixture.texts(log) == ["before", "after"])
    #expect(log.applied == 6)
    #expect(log.stop())
  }

  @Test(arguments: Fault.all) func recoversThoughNobodySends(from fault: Fault) async throws {
    let log = try fixture.open(disk: access())
    disk.fail(fault.operation, fault.code)
    try fixture.append([.message("lost")])
    // The message, and tries by itself, which fail like it.
    await disk.failures.reaches(4)
    _ = await fixture.published(1)
    #expect(!log.isHealthy)
    #expect(fixture.troublesTold.count == 1)
    disk.heal()
    await fixture.troubles.reaches(2)
    #expect(fixture.troublesTold.last == .some(nil))
    #expect(log.isHealthy)
    #expect(fixture.publishedCount == 1)
    #expect(try await LogFixture.texts(log) == [])
    #expect(log.stop())
  }

  /// What could be written and not synced is there after a crash, or it is not.
  @Test func anUnknownOutcomeIsOne() async throws {
    let log = try fixture.open(disk: access(isRetrying: false))
    disk.fail(.sync, SQLITE_IOERR | 4 << 8)
    let lost = Saying.message("lost", once: "r1")
    try fixture.append([lost])
    _ = await fixture.published(1)
    // The machine stops here, and the writes had reached the disk all the same.
    let crashed = LogFixture()
    for suffix in ["", "-wal"] { try copy(fixture.path + suffix, to: crashed.path + suffix) }
    disk.heal()
    try fixture.append([.message("after")])
    #expect(LogFixture.messages(await fixture.published(2)).map(\.id) == [2])
    #expect(log.stop())

    let other = try crashed.open()
    #expect(try await LogFixture.texts(other) == ["lost"])
    // Who sends it again with its reference has said it once.
    try crashed.append([lost, .message("after")])
    let events = await crashed.published(2)
    #expect(LogFixture.messages(events).map(\.id) == [1, 2])
    #expect(events[0].isRepeat)
    #expect(other.stop())
  }

  @Test func whatCannotBeStoredAtTheEndIsTold() async throws {
    let log = try fixture.open(disk: access(isRetrying: false))
    disk.fail(.write, SQLITE_FULL)
    try fixture.append([.message("lost")])
    #expect(!log.stop())
    #expect(await fixture.published(1)[0].isLost)
    disk.heal()
    let again = try fixture.open()
    #expect(try await LogFixture.texts(again) == [])
    #expect(again.stop())
  }

  @Test(arguments: Fault.all) func aDatabaseThatCannotBeMadeIsRefused(at fault: Fault) throws {
    disk.fail(fault.operation, fault.code)
    #expect(throws: StoreError.self) { try fixture.open(disk: access()) }
    disk.heal()
    #expect(try fixture.open(disk: access()).stop())
  }

  /// What is there can be read; the state is written before the first id of this run is given.
  @Test(arguments: Durability.allCases) func aStartOnAFullDiskServesHistory(_ durability: Durability)
    async throws
  {
    var log = try fixture.open(durability, disk: access())
    try fixture.append([.message("before")])
    _ = await fixture.published(1)
    #expect(log.stop())
    disk.fail(.write, SQLITE_FULL)
    log = try fixture.open(durability, disk: access(isRetrying: false))
    guard case .notStored = fixture.troublesTold.last else {
      Issue.record("\(fixture.troublesTold)")
      return
    }
    #expect(!log.isHealthy)
    #expect(try await LogFixture.texts(log) == ["before"])
    try fixture.append([.message("lost")])
    #expect(await fixture.published(2)[1].failure == .notStored)
    disk.heal()
    try fixture.append([.message("after")])
    #expect(LogFixture.messages(await fixture.published(3)).last?.id == 2)
    #expect(log.isHealthy)
    let mark = try Database(path: fixture.path, .readOnly).number(
      "SELECT value FROM state WHERE key = 'unsynced'")
    #expect(mark == (durability == .normal ? 1 : 0))
    #expect(try await LogFixture.texts(log) == ["before", "after"])
    #expect(log.stop())
  }

  @Test func unreadableHistoryIsToldAndReadableAgain() async throws {
    let first = try fixture.open()
    try fixture.append((1...2_000).map { .message("message \($0)") })
    _ = await fixture.published(2_000)
    #expect(first.stop())

    let log = try fixture.open(disk: access())
    disk.fail(.read, SQLITE_IOERR | 1 << 8)
    await #expect(throws: LogError.self) { try await LogFixture.texts(log) }
    await #expect(throws: LogError.self) { try await LogFixture.texts(log) }
    disk.heal()
    #expect(try await LogFixture.texts(log).count == 1_000)
    try fixture.append([.message("after")])
    #expect(await fixture.published(2_001).last?.isNewMessage == true)
    let newest = try await log.read(HistoryQuery(room: RoomID(1), .newest, limit: 1))
    #expect(newest.messages.map(\.text) == ["after"])
    #expect(log.stop())
  }

  /// The WAL takes what the database does not.
  @Test(arguments: [FaultyDisk.Operation.write, .sync])
  func checkpointsThatFailHoldNothingUp(_ operation: FaultyDisk.Operation) async throws {
    var log = try fixture.open(.normal, disk: access())
    disk.fail(operation, SQLITE_IOERR | 3 << 8, on: [.database])
    // So much that the writer itself copies too.
    let text = String(repeating: "x", count: 4_000)
    var count = 0
    while count < 10_240 || disk.failures.count == 0 {
      let begun = count
      try fixture.append((0..<160).map { .message("\(begun + $0) \(text)") })
      count += 160
      _ = await fixture.published(count)
    }
    #expect(await fixture.published(count).allSatisfy { $0.isNewMessage })
    #expect(log.isHealthy)
    disk.heal()
    #expect(log.stop())
    log = try fixture.open()
    let all = try await log.read(
      HistoryQuery(room: RoomID(1), .after(0), limit: count + 1, byteLimit: .max))
    #expect(all.messages.map(\.text) == (0..<count).map { "\($0) \(text)" })
    #expect(log.stop())
  }

  @Test func trimmingGoesOnAfterAFault() async throws {
    let first = try fixture.open(now: { 0 })
    try fixture.append((1...10).map { .message("message \($0)") })
    _ = await fixture.published(10)
    #expect(first.stop())

    let database = try Database(path: fixture.path, .readWrite, access())
    let trimmer = try Trimmer(database, Retention(milliseconds: 1), clock: { 1_000 })
    disk.fail(.write, SQLITE_FULL)
    #expect(throws: SQLError.self) { try trimmer.step() }
    #expect(try database.number("SELECT count(*) FROM messages") == 10)
    disk.heal()
    #expect(try trimmer.step() == [RoomID(1): 10])
    #expect(try database.number("SELECT count(*) FROM messages") == 0)
  }

  private func copy(_ from: String, to: String) throws {
    let (source, target) = (Glibc.open(from, O_RDONLY), Glibc.open(to, O_WRONLY | O_CREAT, 0o644))
    defer { for file in [source, target] { close(file) } }
    var status = stat()
    try #require(source >= 0 && target >= 0 && fstat(source, &status) == 0)
    var offset = off_t(0)
    while offset < status.st_size {
      try #require(sendfile(target, source, &offset, Int(status.st_size - offset)) > 0)
    }
  }
}
