import ChatCore
import Glibc
import LineProtocol
import Threads

@testable import ChatStore

/// A log in a temporary directory, and what it told.
final class LogFixture: Sendable {
  let directory: String
  /// How often the log said that commits fail, or succeed again.
  let troubles = Tally()
  private let events = Lock([Event]())
  private let eventCount = Tally()
  private let told = Lock([LogError?]())

  var path: String { directory + "/linechat.db" }
  /// What the log said of its commits: errors, and nil where they succeeded again.
  var troublesTold: [LogError?] { told.withLock { $0 } }
  var publishedCount: Int { eventCount.count }

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
    clockDoubted: @escaping @Sendable (Int64?) -> Void = { _ in }
  ) throws -> SQLiteEventLog {
    var clocks = LogClocks(wall: now)
    if let uptime { clocks.uptime = uptime }
    let log = try SQLiteEventLog(
      directory: directory, durability: durability, retention: retention, disk: disk, clocks: clocks)
    try log.start(
      troubled: { error in
        self.told.withLock { $0.append(error) }
        self.troubles.add()
      }, clockDoubted: clockDoubted,
      publish: { batch in
        self.events.withLock { $0 += batch.events }
        self.eventCount.add(batch.events.count)
      })
    return log
  }

  /// Waits until `count` events have been published since the fixture was made.
  func published(_ count: Int) async -> [Event] {
    await eventCount.reaches(count)
    return events.withLock { $0 }
  }

  static func message(_ text: String, room: Int64 = 1) -> Event {
    Event(
      origin: SessionID(loop: 0, serial: 1),
      .message(
        RoomID(room),
        Message(
          id: 0, room: "room\(room)", user: "alice", text: text, time: Timestamp(milliseconds: 0))))
  }

  static func messages(_ events: [Event]) -> [Message] {
    events.compactMap { if case .message(_, let message) = $0.change { message } else { nil } }
  }

  /// The texts of a room's history, oldest first.
  static func texts(_ log: SQLiteEventLog, room: Int64 = 1) async throws -> [String] {
    try await log.read(HistoryQuery(room: RoomID(room), .after(0), limit: 1_000)).messages.map(\.text)
  }
}
