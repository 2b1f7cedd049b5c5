import ChatCore
import Glibc
import LineProtocol
import Threads

@testable import ChatStore

/// A log in a temporary directory, and what it published.
final class LogFixture: Sendable {
  let directory: String
  private let state = Lock((events: [Event](), waiters: [(count: Int, UnsafeContinuation<Void, Never>)]()))

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
    _ durability: Durability = .full, retention: Retention = Retention(),
    now: @escaping @Sendable () -> Int64 = { 1_000 }
  ) throws -> SQLiteEventLog {
    let log = try SQLiteEventLog(
      directory: directory, durability: durability, retention: retention, clock: now)
    try log.start { batch in
      let ready = self.state.withLock { state in
        state.events += batch.events
        let ready = state.waiters.filter { $0.count <= state.events.count }
        state.waiters.removeAll { $0.count <= state.events.count }
        return ready
      }
      for waiter in ready { waiter.1.resume() }
    }
    return log
  }

  /// Waits until `count` events have been published since the fixture was made.
  func published(_ count: Int) async -> [Event] {
    await withUnsafeContinuation { continuation in
      let isReady = state.withLock { state in
        if state.events.count >= count { return true }
        state.waiters.append((count, continuation))
        return false
      }
      if isReady { continuation.resume() }
    }
    return state.withLock { $0.events }
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
}
