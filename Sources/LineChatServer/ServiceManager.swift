import CLinux
import Glibc

/// Tells systemd how the server is (sd_notify(3)): a datagram to the socket it names in the environment.
/// Nothing happens where there is none.
struct ServiceManager: Sendable {
  private let path: String?
  /// How often the watchdog wants to hear from the server: half of what it waits. nil: there is no watchdog.
  let watchdogMilliseconds: Int64?

  init(environment: [String: String]) {
    path = environment["NOTIFY_SOCKET"]
    let interval = environment["WATCHDOG_USEC"].flatMap { Int64($0) }
    let isForThisProcess = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
    watchdogMilliseconds = isForThisProcess ? interval.map { max(1, $0 / 2_000) } : nil
  }

  func ready() { notify("READY=1") }
  /// Not waited for: where the manager does not read, there will be another one.
  func alive() { notify("WATCHDOG=1", Int32(MSG_DONTWAIT)) }
  func stopping() { notify("STOPPING=1") }

  /// How long a manager that does not read its socket may hold up the loop that tells it something.
  private static let sendTimeout = timeval(tv_sec: 0, tv_usec: 100_000)

  private func notify(_ state: String, _ flags: Int32 = 0) {
    guard let path, !path.isEmpty else { return }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    // An abstract socket is written with @ and begins with a NUL (unix(7)).
    if name[0] == UInt8(ascii: "@") { name[0] = 0 }
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    if descriptor < 0 { return }
    defer { close(descriptor) }
    var timeout = Self.sendTimeout
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let bytes = Array(state.utf8)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | flags, address, length)
      }
    }
  }
}
