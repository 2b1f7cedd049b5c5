import Glibc
import Synchronization

/// How long transactions wait while another process has the database locked. Shared by all connections of a log.
final class LockTimeout: Sendable {
  /// How long one look at a lock keeps from the next.
  private static let stepMilliseconds = 10

  private let perTransaction: Int
  private let left = Atomic(Int.max)

  /// `milliseconds`: how long one transaction waits.
  init(milliseconds: Int) { perTransaction = milliseconds }

  /// From now on all transactions together wait no longer than this: the server is to end, and many may wait in turn.
  func limit(toMilliseconds milliseconds: Int) { left.store(milliseconds, ordering: .relaxed) }

  /// Called by SQLite while a lock is in the way, for the `count`th time in this wait, from 0 on. Sleeps, and says whether to try again.
  func waits(_ count: Int) -> Bool {
    guard count < perTransaction / Self.stepMilliseconds, left.load(ordering: .relaxed) > 0 else {
      return false
    }
    usleep(UInt32(Self.stepMilliseconds) * 1_000)
    left.subtract(Self.stepMilliseconds, ordering: .relaxed)
    return true
  }
}
