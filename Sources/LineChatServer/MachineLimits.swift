import CLinux
import Glibc

/// How much memory there is for this process: the machine's, or less where a control group says so.
enum MemoryLimit {
  /// A quarter of it, and at least 256 MiB: what may wait for all connections together.
  static var standard: Int { standard(of: available) }

  static func standard(of available: Int) -> Int { max(256 << 20, available / 4) }

  private static var available: Int {
    let machine = max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE)))
    return controlGroupLimit(of: contents(of: "/proc/self/cgroup") ?? "", read: contents(of:))
      .map { min($0, machine) } ?? machine
  }

  /// The least limit of the groups that a process is in, or of those above them; nil if none has one.
  ///
  /// `groups`: a line for each hierarchy, `number:controllers:path`, as in `/proc/self/cgroup` (cgroups(7)).
  /// In a container the path may be one that only the host sees; then the hierarchy's root is the container's
  /// own group.
  static func controlGroupLimit(of groups: String, read: (String) -> String?) -> Int? {
    var least: Int?
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let place: (directory: String, file: String)? =
        if fields[1].isEmpty {
          ("/sys/fs/cgroup", "memory.max")
        } else if fields[1].split(separator: ",").contains("memory") {
          ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
        } else {
          nil
        }
      guard let place else { continue }
      var names = fields[2].split(separator: "/")
      while true {
        let path = ([place.directory] + names.map(String.init) + [place.file]).joined(separator: "/")
        // `max`, and version 1's number beyond all memory, are no limits.
        if let text = read(path), let limit = Int(text.prefix { $0.isNumber }), limit > 0 {
          least = min(least ?? .max, limit)
        }
        if names.popLast() == nil { break }
      }
    }
    return least
  }

  private static func contents(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = read(descriptor, &bytes, bytes.count)
    return count >= 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}

enum FileLimit {
  /// Raises the number of descriptors this process may open to what the system allows, and returns it.
  static func raise() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(clamping: limit.rlim_cur)
  }
}

enum Processors {
  /// How many cores this process may use, which taskset and containers make fewer than the machine has.
  private static var usable: Int {
    var set = [UInt64](repeating: 0, count: 128)
    let size = sched_getaffinity(0, set.count * 8, &set)
    if size < 0 { return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
    return max(1, set.reduce(0) { $0 + $1.nonzeroBitCount })
  }

  /// One core is left to the log's writer.
  static var defaultLoops: Int { min(64, max(1, usable - 1)) }
}
