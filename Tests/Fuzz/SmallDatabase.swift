import CSQLite
import ChatCore
import Glibc
import LineProtocol

@testable import ChatStore

/// A directory for one database, in memory where that can be. Nothing is left of it.
final class ScratchDirectory {
  let path: String
  var database: String { path + "/linechat.db" }

  init() {
    var template = Array(
      "\(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp")/linechat-fuzz-XXXXXX".utf8CString)
    path = String(cString: mkdtemp(&template))
  }

  deinit {
    for name in ["linechat.db", "linechat.db-wal", "linechat.db-shm", "linechat.db-journal", "linechat.lock"]
    {
      unlink(path + "/" + name)
    }
    rmdir(path)
  }

  func write(_ bytes: [UInt8]) {
    let descriptor = open(database, O_CREAT | O_WRONLY, 0o644)
    defer { close(descriptor) }
    precondition(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
  }

  func read() -> [UInt8] {
    let descriptor = open(database, O_RDONLY)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: lseek(descriptor, 0, SEEK_END))
    precondition(pread(descriptor, &bytes, bytes.count, 0) == bytes.count)
    return bytes
  }
}

/// A database with a little of everything: two rooms, a topic, references, messages of which some are not
/// indexed.
enum SmallDatabase {
  static let bytes: [UInt8] = {
    let directory = ScratchDirectory()
    do {
      let log = try SQLiteEventLog(directory: directory.path, durability: .normal) { 1_000 }
      let order = LocalOrder()
      try log.start(deciding: order) { _ in }
      let alice = SessionID(loop: 0, serial: 1)
      let room = try RoomName("room1")
      order.submit([
        Request(alice, .enter(try Nick("alice"), room, after: nil)), Request(alice, .setTopic(room, "beer")),
        Request(alice, .end(reason: "")),
      ])
      order.submit(
        try (1...40).map { number throws in
          try message(number % 2 + 1, "text \(number)", number % 8 == 0 ? .fuzzed(number / 8) : nil)
        })
      precondition(log.stop())
    } catch {
      preconditionFailure("\(error)")
    }
    run(
      "UPDATE state SET value = 30 WHERE key = 'indexed_to'; DELETE FROM room_messages WHERE id > 30; DELETE FROM room_changes WHERE id > 30",
      directory)
    return directory.read()
  }()

  static func message(_ room: Int64, _ text: String, _ reference: MessageReference? = nil) throws -> Request {
    Request(
      SessionID(loop: 0, serial: 2),
      .post(
        try RoomName("room\(room)"), try MessageText(text), as: try Nick("alice"), .user, once: reference))
  }

  private static func run(_ sql: String, _ directory: ScratchDirectory) {
    var database: OpaquePointer?
    precondition(sqlite3_open(directory.database, &database) == SQLITE_OK)
    precondition(sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK)
    sqlite3_close(database)
  }
}

extension MessageReference {
  static func fuzzed(_ number: Int64) -> MessageReference? { try? MessageReference("ref\(number)") }
}
