import CLinux
import Glibc

enum Processors {
  /// How many cores this process may use, which taskset and containers make fewer than the machine has.
  static var usable: Int {
    var set = [UInt64](repeating: 0, count: 128)
    let size = sched_getaffinity(0, set.count * 8, &set)
    if size < 0 { return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
    return max(1, set.reduce(0) { $0 + $1.nonzeroBitCount })
  }

  /// One core is left to the log's writer.
  static var defaultLoops: Int { min(64, max(1, usable - 1)) }
}
