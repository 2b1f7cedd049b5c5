import CSQLite
import ChatCore
import ChatTestSupport
import LineProtocol

@testable import ChatStore

/// A log that ``EventLogConformance`` is run for: sayings go in, outcomes come out, history is read.
protocol LogUnderTest: AnyObject {
  var log: any EventLog { get }

  /// Says all of it in one transaction, at this time of the clock, and returns the outcomes.
  func say(_ sayings: [Saying], at milliseconds: Int64) async throws -> [Event]

  /// Whatever makes an entry fails from now on.
  func fail(_ fault: LogFault) throws
  func heal() throws

  /// Stops and starts again on what is stored. Returns the rooms that were found.
  func reopen() throws -> [StoredRoom]
  func stop() -> Bool
}

extension LogUnderTest {
  func say(_ sayings: Saying..., at milliseconds: Int64 = 1_000) async throws -> [Event] {
    try await say(sayings, at: milliseconds)
  }
}

/// What becomes of transactions.
enum LogFault: CaseIterable { case notStored, outcomeUnknown }

/// Each kind of log.
enum LogKind: CaseIterable {
  case memory, sqlite, sqliteWithoutSync

  func make() throws -> any LogUnderTest {
    switch self {
    case .memory: MemoryLog()
    case .sqlite: try SQLiteLog(.full)
    case .sqliteWithoutSync: try SQLiteLog(.normal)
    }
  }
}

private final class MemoryLog: LogUnderTest {
  private let store = MemoryStore()
  private let now = Now()
  private var applier: Applier
  private var sessions: UInt64 = 0
  private var fault: MemoryStore.Fault?
  var log: any EventLog { store }

  init() { applier = Self.start(store, now) }

  private static func start(_ store: MemoryStore, _ now: Now) -> Applier {
    Applier(ChatState(rooms: store.storedRooms), order: LocalOrder(), store: store) { now.milliseconds }
  }

  func say(_ sayings: [Saying], at milliseconds: Int64) throws -> [Event] {
    now.milliseconds = milliseconds
    var requests: [Request] = []
    for saying in sayings {
      sessions += 1
      requests += try saying.requests(by: SessionID(loop: 0, serial: sessions))
    }
    if let fault { store.inject(fault) }
    defer { store.withdrawFaults() }
    return applier.decide(requests[...]).filter(\.isOutcome)
  }

  func fail(_ fault: LogFault) {
    switch fault {
    case .notStored: self.fault = .notStored()
    case .outcomeUnknown: self.fault = .outcomeUnknown(isStored: false)
    }
  }

  func heal() { fault = nil }

  func reopen() -> [StoredRoom] {
    applier = Self.start(store, now)
    return store.storedRooms
  }

  func stop() -> Bool { true }
}

/// A database on a disk that can fail. Nothing is tried again by itself.
private final class SQLiteLog: LogUnderTest {
  private let fixture = LogFixture()
  private let disk: FaultyDisk
  private let durability: Durability
  private let now = Now()
  private var database: SQLiteEventLog
  /// Somebody who has locked the database.
  private var other: Database?
  var log: any EventLog { database }

  init(_ durability: Durability) throws {
    disk = try FaultyDisk()
    self.durability = durability
    database = try Self.open(fixture, disk, durability, now)
  }

  private static func open(
    _ fixture: LogFixture, _ disk: FaultyDisk, _ durability: Durability, _ now: Now
  ) throws -> SQLiteEventLog {
    try fixture.open(
      durability,
      disk: DiskAccess(
        vfs: disk.name, lockTimeout: LockTimeout(milliseconds: 0), retryMilliseconds: 3_600_000,
        syncMilliseconds: 3_600_000),
      now: { now.milliseconds })
  }

  func say(_ sayings: [Saying], at milliseconds: Int64) async throws -> [Event] {
    now.milliseconds = milliseconds
    let before = fixture.publishedCount
    try fixture.append(sayings)
    return Array(await fixture.published(before + sayings.count).dropFirst(before))
  }

  func fail(_ fault: LogFault) throws {
    switch fault {
    case .notStored:
      let other = try Database(path: fixture.path, .readWrite)
      try other.execute("BEGIN IMMEDIATE")
      self.other = other
    case .outcomeUnknown: disk.fail(.write, SQLITE_FULL)
    }
  }

  func heal() throws {
    try other?.execute("ROLLBACK")
    other = nil
    disk.heal()
  }

  func reopen() throws -> [StoredRoom] {
    _ = database.stop()
    database = try Self.open(fixture, disk, durability, now)
    return database.rooms
  }

  func stop() -> Bool { database.stop() }
}
