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
      if mkdir(partial, 0o755) == 0 {
        try syncParent(of: partial, path)
      } else if errno != EEXIST {
        throw .directory(path: path, reason: String(cString: strerror(errno)))
      }
    }
  }

  /// A directory that was made is there after a loss of power when the one that it is in was synced
  /// (fsync(2)).
  private static func syncParent(of made: String, _ path: String) throws(StoreError) {
    let parent = open(made + "/..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // One that this user may write and not read cannot be synced.
    if parent < 0 { return }
    let isSynced = fsync(parent) == 0
    let reason = String(cString: strerror(errno))
    close(parent)
    if !isSynced { throw .directory(path: path, reason: reason) }
  }
}
