import CSQLite
package import Threads

/// Why the store cannot be opened, with what to do about it.
package enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
  case directory(path: String, reason: String)
  case held(directory: String)
  case inUse(path: String)
  case link(path: String)
  case newer(path: String, found: Int64, known: Int64)
  case foreign(path: String)
  case damaged(path: String, reason: String)
  case unusable(path: String, reason: String)
  case thread(ThreadFailure)

  init(_ error: SQLError, path: String) {
    switch error.primaryCode {
    case SQLITE_CORRUPT, SQLITE_NOTADB: self = .damaged(path: path, reason: error.message)
    // The statements are right, so the tables are not those that were made.
    case SQLITE_ERROR, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG:
      self = .damaged(path: path, reason: error.message)
    default: self = .unusable(path: path, reason: error.description)
    }
  }

  package var description: String {
    switch self {
    case .directory(let path, let reason):
      "the data directory \(path) cannot be used: \(reason); give a directory this user may write with --data"
    case .held(let directory):
      "another server is running on the data directory \(directory); stop it, or give another one with --data"
    case .inUse(let path):
      """
      another server is running on \(path), or on the same file under another name; stop it, or give another \
      directory with --data
      """
    case .link(let path):
      """
      \(path) is a symbolic link, and the files that belong to a database lie beside it; give the directory that \
      the file itself is in with --data
      """
    case .newer(let path, let found, let known):
      """
      \(path) was written by a newer LineChat (schema \(found), this program knows \(known)); \
      start that version, or give another directory with --data
      """
    case .foreign(let path):
      "\(path) is a SQLite database, but not one of LineChat; give another directory with --data"
    case .damaged(let path, let reason):
      """
      \(path) is damaged (\(reason)); put back a copy of it, or save what can be read with \
      sqlite3 \(path) .dump, or give another directory with --data
      """
    case .unusable(let path, let reason):
      "\(path) cannot be used: \(reason); check the disk and the rights of the file"
    case .thread(let failure): "\(failure); raise the limit of processes (ulimit -u) or free memory"
    }
  }
}
