import ChatCore
import Glibc
import LineProtocol
import Threads

@testable import ChatStore

/// A log in a temporary directory, and what it told.
final class LogFixture: Sendable {
  private struct Running {
    var order = LocalOrder()
    /// How many sessions there were.
    var sessions: UInt64 = 0
  }

  let directory: String
  /// How often the log said that commits fail, or succeed again.
  let troubles = Tally()
  private let all = Lock([Event]())
  private let outcomes = Lock([Event]())
  private let outcomeCount = Tally()
  private let running = Lock(Running())
  private let told = Lock([LogError?]())

  var path: String { directory + "/linechat.db" }
  /// What the log said of its commits: errors, and nil where they succeeded again.
  var troublesTold: [LogError?] { told.withLock { $0 } }
  var publishedCount: Int { outcomeCount.count }
  /// The order of the log that was opened last.
  var order: LocalOrder { running.withLock { $0.order } }

  init() {
    var template = Array("/tmp/linechat-test-XXXXXX".utf8CString)
    directory = String(cString: mkdtemp(&template))
  }

  deinit {
    for name in ["linechat.db", "linechat.db-wal", "linechat.db-shm", "linechat.lock"] {
      unlink(directory + "/" + name)
    }
    rmdir(directory)
  }

  func open(
    _ durability: Durability = .full, retention: Retention = Retention(), disk: DiskAccess = DiskAccess(),
    now: @escaping @Sendable () -> Int64 = { 1_000 }, uptime: (@Sendable () -> Int64)? = nil,
    clockRunsAhead: @escaping @Sendable (Int64?) -> Void = { _ in }
  ) throws -> SQLiteEventLog {
    var clocks = LogClocks(wall: now)
    if let uptime { clocks.uptime = uptime }
    let log = try SQLiteEventLog(
      directory: directory, durability: durability, retention: retention, disk: disk, clocks: clocks)
    let order = LocalOrder()
    running.withLock { $0.order = order }
    let observers = SQLiteEventLog.Observers(
      troubled: { error in
        self.told.withLock { $0.append(error) }
        self.troubles.add()
      }, clockRunsAhead: clockRunsAhead)
    try log.start(deciding: order, observers: observers) { batch in
      let outcomes = batch.events.filter(\.isOutcome)
      self.all.withLock { $0 += batch.events }
      self.outcomes.withLock { $0 += outcomes }
      self.outcomeCount.add(outcomes.count)
    }
    return log
  }

  /// Says something to the log that was opened last, in one go.
  func append(_ sayings: [Saying]) throws {
    try running.withLock { running in
      var requests: [Request] = []
      for saying in sayings {
        running.sessions += 1
        requests += try saying.requests(by: SessionID(loop: 0, serial: running.sessions))
      }
      running.order.submit(requests)
    }
  }

  /// Waits until `count` outcomes of sayings have been published since the fixture was made, and gives all
  /// outcomes.
  func published(_ count: Int) async -> [Event] {
    await outcomeCount.reaches(count)
    return outcomes.withLock { $0 }
  }

  /// Everything that was published, also what is no outcome of a saying.
  var events: [Event] { all.withLock { $0 } }

  /// What was said, now or before; not what was refused.
  static func messages(_ events: [Event]) -> [Message] {
    events.compactMap { event in
      switch event.kind {
      case .message(let message, in: _, once: _, before: _), .repeated(let message): message
      case .topic, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .refused, .wanted: nil
      }
    }
  }

  /// The texts of a room's history, oldest first.
  static func texts(_ log: SQLiteEventLog, room: Int64 = 1) async throws -> [String] {
    try await log.read(HistoryQuery(room: RoomID(room), .after(0), limit: 1_000)).messages.map(\.text)
  }
}
