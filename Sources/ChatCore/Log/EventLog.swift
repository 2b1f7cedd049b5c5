/// What is on disk, for everybody who reads it. On one machine it is a SQLite file; nothing above knows.
package protocol EventLog: Sendable {
  /// The id of the last entry that is on disk here; 0 before the first. Every id up to it can be resumed from.
  var applied: Int64 { get }

  /// The last id that the order has given, as far as it is known here: at least ``applied``. Only an id above it is one of the
  /// future.
  var tail: Int64 { get }

  /// True while commits succeed and none is taking unusually long.
  var isHealthy: Bool { get }

  /// Reads from history on a thread of the log's own and calls `completion` there.
  func read(_ query: HistoryQuery, completion: @escaping @Sendable (Result<HistoryPage, LogError>) -> Void)
}

extension EventLog {
  /// The same for asynchronous code.
  package func read(_ query: HistoryQuery) async throws(LogError) -> HistoryPage {
    let result = await withUnsafeContinuation { continuation in
      read(query) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }
}
