import Glibc

/// The clocks of a log, in milliseconds. Tests bring their own.
struct LogClocks: Sendable {
  /// Since 1970, as the system has it.
  let wall: @Sendable () -> Int64
  /// Since the machine's boot, suspension included; nobody sets it.
  var uptime: @Sendable () -> Int64 = {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
