import Glibc
import LineProtocol

/// The system's clocks.
enum Clock {
  /// Milliseconds that only count up; for deadlines.
  static func milliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }

  /// The local time of a moment, or of now: `05:00`, and on another day than today `2026-11-23 05:00`.
  static func local(_ moment: Timestamp?) -> String {
    let now = time(nil)
    let today = broken(now)
    let then = broken(moment.map { time_t($0.milliseconds / 1000) } ?? now)
    let clock = "\(padded(then.tm_hour)):\(padded(then.tm_min))"
    if then.tm_yday == today.tm_yday, then.tm_year == today.tm_year { return clock }
    return "\(1900 + Int(then.tm_year))-\(padded(then.tm_mon + 1))-\(padded(then.tm_mday)) \(clock)"
  }

  private static func broken(_ time: time_t) -> tm {
    var time = time
    var parts = tm()
    tzset()
    localtime_r(&time, &parts)
    return parts
  }

  private static func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
