import CLinux
import Glibc

/// Keeps a data directory for one server. The kernel lets go of it when the process ends, however it ends.
final class DirectoryLock: Sendable {
  private let descriptor: Int32

  /// Makes the directory if need be.
  init(directory: String) throws(StoreError) {
    try Self.makeDirectory(directory)
    let path = directory + "/linechat.lock"
    descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .directory(path: directory, reason: String(cString: strerror(errno))) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let isHeld = errno == EWOULDBLOCK
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw isHeld ? .held(directory: directory) : .directory(path: directory, reason: reason)
    }
  }

  deinit { close(descriptor) }

  /// Lets another server have the directory.
  func release() { flock(descriptor, LOCK_UN) }

  private static func makeDirectory(_ path: String) throws(StoreError) {
    var partial = path.utf8.first == UInt8(ascii: "/") ? "/" : ""
    for part in path.split(separator: "/") {
      partial += (partial.isEmpty || partial == "/" ? "" : "/") + part
      if mkdir(partial, 0o755) != 0, errno != EEXIST {
        throw .directory(path: path, reason: String(cString: strerror(errno)))
      }
    }
  }
}
