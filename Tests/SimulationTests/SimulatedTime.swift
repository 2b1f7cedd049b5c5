import Threads

/// The time of a run, in milliseconds.
final class SimulatedTime: Sendable {
  private let milliseconds = Lock<Int64>(1_000_000)

  var now: Int64 { milliseconds.withLock { $0 } }
  func pass(_ span: Int64) { milliseconds.withLock { $0 += span } }
}

/// Reads of history that are not answered yet.
final class WaitingReads: Sendable {
  private let reads = Lock<[@Sendable () -> Void]>([])

  var count: Int { reads.withLock(\.count) }
  func add(_ read: @escaping @Sendable () -> Void) { reads.withLock { $0.append(read) } }
  /// The process that waits for them is gone.
  func forget() { reads.withLock { $0 = [] } }
  func answer(_ index: Int) { reads.withLock { $0.remove(at: index) }() }
}
