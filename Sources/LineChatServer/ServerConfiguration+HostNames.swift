import Glibc

extension ServerConfiguration {
  /// The names that HTTP requests may be sent to. `machine`: the name of this machine, or empty.
  func hostNames(machine: String) -> [String] {
    var names = allowHosts
    if !machine.isEmpty {
      // Multicast DNS has the machine under its first label (RFC 6762 §3).
      names += [machine, machine.prefix { $0 != "." } + ".local"]
    }
    // A proxy that serves such an origin may send its name on.
    names += allowOrigins.compactMap { $0.split(separator: "/").last?.prefix { $0 != ":" } }.map(String.init)
    if let http { names.append(http.host) }
    return names
  }
}

enum MachineName {
  /// Empty if the kernel does not tell it.
  static var current: String {
    // POSIX has no name longer than 255 bytes, and Linux none longer than 64.
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
