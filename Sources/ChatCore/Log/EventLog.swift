/// Gives events their order and keeps what must be kept. On one machine it is a SQLite file; nothing above knows.
public protocol EventLog: Sendable {
  /// Puts events behind all that were appended before. Returns at once; the outcome comes with the bus, in this order.
  func append(_ events: [Event])

  /// True while more is waiting to be stored than the log's bound allows: senders are to be slowed down.
  var isFull: Bool { get }

  /// True while commits succeed, none is taking unusually long, and the log is not full.
  var isHealthy: Bool { get }

  /// The last id given to an entry that is on disk; 0 before the first.
  var lastID: Int64 { get }

  /// Reads from history on a thread of the log's own and calls `completion` there.
  func read(_ query: HistoryQuery, completion: @escaping @Sendable (Result<HistoryPage, LogError>) -> Void)
}

extension EventLog {
  /// The same for asynchronous code.
  public func read(_ query: HistoryQuery) async throws(LogError) -> HistoryPage {
    let result = await withUnsafeContinuation { continuation in
      read(query) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }
}
