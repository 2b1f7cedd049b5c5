import CSQLite

/// What SQLite answered when it did not do what it was asked.
struct SQLError: Error, CustomStringConvertible {
  /// The extended result code, https://www.sqlite.org/rescode.html.
  let code: Int32
  let message: String
  let statement: String

  var primaryCode: Int32 { code & 0xFF }
  var description: String { "\(message) (SQLite error \(code) in: \(statement))" }
}
