import CSQLite
import ChatCore
import LineProtocol

/// A prepared statement, made once and used again and again.
final class Statement {
  private let handle: OpaquePointer
  private let database: Database

  fileprivate init(handle: OpaquePointer, database: Database) {
    self.handle = handle
    self.database = database
  }

  convenience init(_ sql: String, in database: Database) throws(SQLError) {
    var prepared: OpaquePointer?
    let code = sqlite3_prepare_v3(
      database.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard let prepared, code == SQLITE_OK else { throw database.error(code, sql) }
    self.init(handle: prepared, database: database)
  }

  deinit { sqlite3_finalize(handle) }

  /// Binds a number to parameter `index`, counted from 1.
  func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

  func bind(_ index: Int32, _ id: MessageID) { bind(index, id.number) }

  /// Binds a text, which SQLite copies.
  func bind(_ index: Int32, _ text: String) {
    var text = text
    _ = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        if let start = characters.baseAddress {
          sqlite3_bind_text(handle, index, start, Int32(characters.count), transient)
        } else {
          // An empty text may have no address, and a null pointer would bind NULL.
          sqlite3_bind_text(handle, index, "", 0, transient)
        }
      }
    }
  }

  /// Binds the 16 bytes of a digest.
  func bind(_ index: Int32, _ digest: Digest128) {
    withUnsafeBytes(of: (digest.high.bigEndian, digest.low.bigEndian)) { bytes in
      _ = sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), transient)
    }
  }

  func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

  /// Goes to the next row; false when there is none, and then the statement can be used again.
  func step() throws(SQLError) -> Bool {
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    if code == SQLITE_DONE {
      sqlite3_reset(handle)
      return false
    }
    let error = database.error(code, String(cString: sqlite3_sql(handle)))
    sqlite3_reset(handle)
    throw error
  }

  /// Runs a statement without rows.
  func run() throws(SQLError) { while try step() {} }

  /// Leaves the rows that were not asked for.
  func reset() { sqlite3_reset(handle) }

  /// Columns are counted from 0.
  func int(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  /// As it stands there: where it may be none, its reader has to check it.
  func id(_ column: Int32) -> MessageID { MessageID(int(column)) }

  /// nil when something else than a whole number is stored there.
  func integer(_ column: Int32) -> Int64? {
    sqlite3_column_type(handle, column) == SQLITE_INTEGER ? int(column) : nil
  }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  /// nil when something else than 16 bytes is stored there.
  func digest(_ column: Int32) -> Digest128? {
    guard sqlite3_column_type(handle, column) == SQLITE_BLOB, sqlite3_column_bytes(handle, column) == 16,
      let start = sqlite3_column_blob(handle, column)
    else { return nil }
    return Digest128(
      high: UInt64(bigEndian: start.loadUnaligned(as: UInt64.self)),
      low: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
  }

  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }
}

/// SQLITE_TRANSIENT, a macro that Swift does not import: "make a copy before sqlite3_bind_text returns".
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
