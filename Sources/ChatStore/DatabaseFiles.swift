import CSQLite
import Glibc

/// The database and its WAL as they were opened.
///
/// A file that is removed or replaced stays what SQLite writes to, and what is stored there is not there for
/// the next start. So before each commit they must still be found under their names, which costs two calls of
/// the system.
struct DatabaseFiles {
  private struct Identity: Equatable {
    let device: dev_t
    let inode: ino_t
  }

  private struct File {
    let path: String
    let opened: Identity
  }

  private let files: [File]

  /// To be called when SQLite has opened both.
  init(path: String) throws(SQLError) {
    var files: [File] = []
    for path in [path, path + "-wal"] { files.append(File(path: path, opened: try Self.identity(of: path))) }
    self.files = files
  }

  /// Throws unless both files are where they were.
  func check() throws(SQLError) {
    for file in files where try Self.identity(of: file.path) != file.opened {
      throw Self.error("\(file.path) is another file than was opened: put that one back")
    }
  }

  private static func identity(of path: String) throws(SQLError) -> Identity {
    var status = stat()
    if stat(path, &status) != 0 {
      throw error("\(path) is not where it was: \(String(cString: strerror(errno)))")
    }
    return Identity(device: status.st_dev, inode: status.st_ino)
  }

  private static func error(_ message: String) -> SQLError {
    // https://www.sqlite.org/rescode.html#readonly_dbmoved, which SQLite itself gives only outside of WAL
    // mode.
    SQLError(code: SQLITE_READONLY | 4 << 8, message: message, statement: "COMMIT")
  }
}
