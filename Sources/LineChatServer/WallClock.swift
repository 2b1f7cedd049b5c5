import Glibc
import LineProtocol

/// The time of day.
enum WallClock {
  /// Milliseconds since 1970.
  static var milliseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  static var now: Timestamp { Timestamp(milliseconds: milliseconds) }

  /// `14:03:22` in the machine's time zone.
  static var timeOfDay: String {
    var seconds = time(nil)
    var local = tm()
    localtime_r(&seconds, &local)
    let parts = [local.tm_hour, local.tm_min, local.tm_sec]
    return parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }
}
