import CSQLite

/// What SQLite answered when it did not do what it was asked.
struct SQLError: Error, CustomStringConvertible {
  /// SQLITE_IOERR_WRITE, _FSYNC, _DIR_FSYNC, _TRUNCATE and _SHMSIZE, which Swift does not import.
  private static let writing = [3, 4, 5, 6, 19].map { SQLITE_IOERR | $0 << 8 }

  /// The extended result code, https://www.sqlite.org/rescode.html.
  let code: Int32
  let message: String
  let statement: String

  var primaryCode: Int32 { code & 0xFF }

  /// The disk is full, or takes nothing: reading may succeed all the same.
  var isOfWriting: Bool {
    primaryCode == SQLITE_FULL || Self.writing.contains(code)
  }

  var description: String { "\(message) (SQLite error \(code) in: \(statement))" }
}
