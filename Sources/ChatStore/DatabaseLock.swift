import CLinux
import Glibc

/// Keeps a database for one server, under whatever name it is opened. `linechat.lock` can be removed, and a
/// hard link of the database has another one beside it.
///
/// The lock is on a byte far behind those that SQLite locks (from 2^30 on,
/// https://www.sqlite.org/fileformat2.html#the_lock_byte_page), so that other programs can read the database.
/// It is one of the open file (fcntl(2), "Open file description locks"): a lock of the process would be lost
/// when anything in the process closes the database.
///
/// The close of the descriptor lets go of SQLite's own locks. Each connection holds this object until it is
/// closed, so it comes last.
final class DatabaseLock: Sendable {
  private static let byte: off_t = 1 << 62

  private let descriptor: Int32

  /// Makes the file if need be. To be called before SQLite opens it.
  init(path: String) throws(StoreError) {
    descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o644)
    if descriptor < 0 {
      // open(2): what O_NOFOLLOW says of a symbolic link.
      if errno == ELOOP { throw .link(path: path) }
      throw .unusable(path: path, reason: String(cString: strerror(errno)))
    }
    var failure: StoreError?
    var status = stat()
    var range = Glibc.flock()
    range.l_type = Int16(F_WRLCK)
    range.l_whence = Int16(SEEK_SET)
    range.l_start = Self.byte
    range.l_len = 1
    if fstat(descriptor, &status) != 0 || status.st_mode & S_IFMT != S_IFREG {
      failure = .unusable(path: path, reason: "it is not a file")
    } else if fcntl(descriptor, OFD_SETLK, &range) != 0 {
      let isHeld = errno == EAGAIN || errno == EACCES
      failure = isHeld ? .inUse(path: path) : .unusable(path: path, reason: String(cString: strerror(errno)))
    }
    if let failure {
      close(descriptor)
      throw failure
    }
  }

  deinit { close(descriptor) }
}
