import Glibc

/// Nanoseconds since a run began, on the monotonic clock.
struct Clock: Sendable {
  private let start = Clock.read(CLOCK_MONOTONIC)

  /// Below 2^48 for three days.
  var now: UInt64 { Clock.read(CLOCK_MONOTONIC) - start }

  /// The CPU time that this process has used.
  static var ownProcess: UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
