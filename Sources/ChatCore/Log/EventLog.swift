package import LineProtocol
import Threads

/// What is on disk, for everybody who reads it. On one machine it is a SQLite file; nothing above knows.
package protocol EventLog: Sendable {
  /// The id of the last entry that is on disk here; 0 before the first. Every id up to it can be resumed
  /// from.
  var applied: MessageID { get }

  /// The last id that the order has given, as far as it is known here: at least ``applied``. Only an id above
  /// it is one of the future.
  var tail: MessageID { get }

  /// Whether it is unknown what became of an entry of this id. It may be on disk, and readers may have found
  /// it there; nobody is shown it as new.
  func isLost(_ id: MessageID) -> Bool

  /// True while commits succeed and none is taking unusually long.
  var isHealthy: Bool { get }

  /// Reads from history on a thread of the log's own and calls `completion` there.
  func read(_ query: HistoryQuery, completion: @escaping @Sendable (Result<HistoryPage, LogError>) -> Void)
}

extension EventLog {
  /// The same for asynchronous code.
  package func read(_ query: HistoryQuery) async throws(LogError) -> HistoryPage {
    // Where the answer comes before it is waited for, the runtime hands it over by atomics of its own, which
    // the thread sanitizer does not see. It sees this lock.
    let handOver = HandOver()
    let result = await withUnsafeContinuation { continuation in
      read(query) { result in handOver.lock.withLock { _ in continuation.resume(returning: result) } }
    }
    handOver.lock.withLock { _ in }
    return try result.get()
  }
}

private final class HandOver: Sendable {
  let lock = Lock(())
}

/// Why the log could not do what it was asked.
package enum LogError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Nothing was stored. `reason` names the cause.
  case notStored(reason: String)
  /// The commit had begun: the message may be stored or not.
  case outcomeUnknown(reason: String)
  /// History could not be read.
  case unreadable(reason: String)
  /// History is not read any more: the server is stopping.
  case stopping

  package var description: String {
    switch self {
    case .notStored(let reason): "not stored: \(reason)"
    case .outcomeUnknown(let reason): "it is unknown whether it was stored: \(reason)"
    case .unreadable(let reason): "history cannot be read: \(reason)"
    case .stopping: "the server is stopping"
    }
  }
}

extension ProtocolError {
  /// What a client is told when the log failed. The cause is for the server's own log: it may name paths.
  package init(_ error: LogError, asked: String) {
    switch error {
    case .notStored: self.init(.notStored, asked: asked)
    case .outcomeUnknown: self.init(.outcomeUnknown, asked: asked)
    case .unreadable: self.init(.historyUnavailable, asked: asked)
    case .stopping: self.init(.shuttingDown, asked: asked)
    }
  }
}
