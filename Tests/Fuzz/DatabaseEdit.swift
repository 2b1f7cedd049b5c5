import CSQLite
import Glibc

/// Changes of a database, read from the fuzzer's bytes.
struct DatabaseEdit {
  private static let columns: [(table: String, key: String, columns: [String])] = [
    ("state", "key", ["key", "value"]),
    ("rooms", "id", ["id", "name", "topic", "topic_author", "topic_time", "trimmed_to"]),
    ("messages", "id", ["id", "room", "time", "user", "kind", "role", "text"]),
    ("room_messages", "room, id", ["room", "id"]),
    ("room_changes", "room, id", ["room", "id"]),
    ("refs", "id", ["id", "time", "key", "digest"]),
  ]
  private static let numbers: [Int64] = [
    0, 1, 2, 3, -1, 20, 39, 40, 41, 1 << 31, 1 << 32, 1 << 53, (1 << 53) - 1, (1 << 53) - (1 << 40), .max,
    .max - 1,
    .min, .min + 1, 253_402_300_799_999, -62_167_219_200_001,
  ]

  private var bytes: ArraySlice<UInt8>
  /// Something was changed behind SQLite's back.
  private(set) var isDamaging = false

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

  /// 0 when there are no more bytes.
  mutating func next() -> UInt8 { bytes.popFirst() ?? 0 }

  mutating func apply(to path: String) {
    for _ in 0..<8 where !bytes.isEmpty {
      switch next() % 16 {
      case 0..<10: run("UPDATE OR REPLACE \(cell())", on: path)
      case 10, 11: run(deletion(), on: path)
      case 12: run("PRAGMA \(next() % 2 == 0 ? "user_version" : "application_id") = \(number())", on: path)
      case 13: run("DROP VIEW IF EXISTS history; DROP TABLE \(table().table)", on: path)
      case 14: truncate(path, to: Int(next()))
      default: change(path, at: Int(next()) << 8 | Int(next()), to: next())
      }
    }
  }

  private mutating func table() -> (table: String, key: String, columns: [String]) {
    Self.columns[Int(next()) % Self.columns.count]
  }

  private mutating func cell() -> String {
    let (table, key, columns) = table()
    let column = columns[Int(next()) % columns.count]
    return "\(table) SET \(column) = \(value()) WHERE \(row(of: table, key))"
  }

  private mutating func deletion() -> String {
    let (table, key, _) = table()
    return "DELETE FROM \(table)" + (next() % 2 == 0 ? "" : " WHERE \(row(of: table, key))")
  }

  /// One row, or all of them.
  private mutating func row(of table: String, _ key: String) -> String {
    let place = next()
    return place > 200 ? "true" : "(\(key)) IN (SELECT \(key) FROM \(table) LIMIT 1 OFFSET \(place % 48))"
  }

  private mutating func value() -> String {
    switch next() % 8 {
    case 0..<4: return "\(number())"
    case 4: return "NULL"
    case 5: return "1e\(next())"
    case let form:
      let hex = (0..<next() % 24).map { _ in Self.hex(next()) }.joined()
      return form == 6 ? "x'\(hex)'" : "CAST(x'\(hex)' AS TEXT)"
    }
  }

  private mutating func number() -> Int64 {
    let choice = Int(next())
    if choice < 200 { return Self.numbers[choice % Self.numbers.count] }
    return (0..<8).reduce(0) { number, _ in number << 8 | Int64(next()) }
  }

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  /// What SQLite refuses is not changed.
  private func run(_ sql: String, on path: String) {
    var database: OpaquePointer?
    if sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK {
      sqlite3_exec(database, sql, nil, nil, nil)
    }
    sqlite3_close_v2(database)
  }

  /// To so many of 256 parts of what it has.
  private mutating func truncate(_ path: String, to part: Int) {
    var status = stat()
    if stat(path, &status) == 0 { _ = Glibc.truncate(path, status.st_size * part / 256) }
    isDamaging = true
  }

  private mutating func change(_ path: String, at place: Int, to byte: UInt8) {
    let descriptor = open(path, O_RDWR)
    if descriptor >= 0 { _ = pwrite(descriptor, [byte], 1, place % max(1, lseek(descriptor, 0, SEEK_END))) }
    close(descriptor)
    isDamaging = true
  }
}
