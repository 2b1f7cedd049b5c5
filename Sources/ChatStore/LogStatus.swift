package import ChatCore
import LineProtocol
import Synchronization

/// What other threads may look at of a log's threads. Times are uptimes in milliseconds.
final class LogStatus: Sendable {
  private let stored: Atomic<Int64>
  private let given: Atomic<Int64>
  private let time: Atomic<Int64>
  private let failed: Atomic<Bool>
  private let ahead = Atomic<Int64>(0)
  /// When the transaction in progress began to write; 0 when there is none.
  private let commit = Atomic<Int64>(0)
  /// When the read in progress began; 0 when there is none.
  private let read = Atomic<Int64>(0)

  init(lastID: MessageID, newestTime: Timestamp, hasFailed: Bool) {
    stored = Atomic(lastID.number)
    given = Atomic(lastID.number)
    time = Atomic(newestTime.milliseconds)
    failed = Atomic(hasFailed)
  }

  /// The last id that is on disk.
  var lastStored: MessageID { MessageID(stored.load(ordering: .acquiring)) }
  /// The last id that is on disk, or may be. To be read after ``lastStored``, and never less.
  var lastGiven: MessageID { MessageID(given.load(ordering: .acquiring)) }
  /// The time of the newest entry, in milliseconds since 1970.
  var newestTime: Int64 { time.load(ordering: .relaxed) }
  /// How far the clock is ahead of the one by which messages are removed; 0 if it is believed.
  var clockAhead: Int64 { ahead.load(ordering: .relaxed) }
  /// The last that was to be stored could not be.
  var hasFailed: Bool { failed.load(ordering: .acquiring) }

  func isHealthy(at now: Int64) -> Bool { !hasFailed && !isStalled(commit, at: now) }
  func isReadStalled(at now: Int64) -> Bool { isStalled(read, at: now) }

  private func isStalled(_ began: borrowing Atomic<Int64>, at now: Int64) -> Bool {
    let began = began.load(ordering: .relaxed)
    return began != 0 && now - began >= SQLiteEventLog.stallMilliseconds
  }

  func committed(_ lastID: MessageID) {
    given.store(lastID.number, ordering: .releasing)
    stored.store(lastID.number, ordering: .releasing)
  }
  /// Learns of the last id after a transaction that failed.
  func failed(_ lastID: MessageID) { given.store(lastID.number, ordering: .releasing) }
  func setNewestTime(_ newest: Timestamp) { time.store(newest.milliseconds, ordering: .relaxed) }
  func commitBegan(at now: Int64) { commit.store(max(1, now), ordering: .relaxed) }
  func commitEnded() { commit.store(0, ordering: .relaxed) }
  func readBegan(at now: Int64) { read.store(max(1, now), ordering: .relaxed) }
  func readEnded() { read.store(0, ordering: .relaxed) }

  /// Gives what it was before.
  func setFailed(_ hasFailed: Bool) -> Bool { failed.exchange(hasFailed, ordering: .acquiringAndReleasing) }
  /// Gives what it was before.
  func setClockAhead(_ milliseconds: Int64) -> Int64 { ahead.exchange(milliseconds, ordering: .relaxed) }
}

/// What the log tells of its commits.
package final class LogMetrics: Sendable {
  /// Messages in each commit.
  package let batchSize = Histogram(bounds: [1, 4, 16, 64, 256, 1024, 4096])
  /// Seconds from the begin of a transaction until it is on disk.
  package let seconds = Histogram(bounds: [
    0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5,
  ])

  package init() {}

  func committed(_ messages: Int, took duration: Duration) {
    batchSize.observe(Double(messages))
    seconds.observe(duration / .seconds(1))
  }
}
