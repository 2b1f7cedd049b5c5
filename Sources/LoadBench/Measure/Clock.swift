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

/// The CPU time of another process on this machine.
enum ProcessTime {
  /// Nanoseconds in user and kernel mode of all its threads, in steps of a clock tick (10 ms); nil when there
  /// is no such process.
  static func read(of process: Int32) -> UInt64? {
    let descriptor = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count > 0, let ticks = ticks(in: String(decoding: bytes[..<count], as: UTF8.self)) else {
      return nil
    }
    return ticks * (1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK)))))
  }

  /// `utime` and `stime`, fields 14 and 15 of /proc/PID/stat (proc(5)). The second field is the program's
  /// name in parentheses, and may itself hold both blanks and parentheses.
  static func ticks(in stat: String) -> UInt64? {
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 12, let user = UInt64(fields[11]), let system = UInt64(fields[12]) else {
      return nil
    }
    return user + system
  }
}
