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

/// A database with a little of everything: two rooms, a topic, references, messages of which some are not indexed.
enum SmallDatabase {
  static let bytes: [UInt8] = {
    let directory = ScratchDirectory()
    do {
      let log = try SQLiteEventLog(directory: directory.path, durability: .normal) { 1_000 }
      try log.start { _ in }
      let topic = Topic(text: "beer", author: "alice", time: Timestamp(milliseconds: 0))
      log.append([
        Event(
          origin: SessionID(loop: 0, serial: 1), .topic(RoomID(1), topic, room: try RoomName("room1"), id: 0))
      ])
      log.append((1...40).map { message($0 % 2 + 1, "text \($0)", $0 % 8 == 0 ? .fuzzed($0 / 8) : nil) })
      precondition(log.stop())
    } catch {
      preconditionFailure("\(error)")
    }
    run(
      "UPDATE state SET value = 30 WHERE key = 'indexed_to'; DELETE FROM room_messages WHERE id > 30; DELETE FROM room_changes WHERE id > 30",
      directory)
    return directory.read()
  }()

  static func message(_ room: Int64, _ text: String, _ reference: MessageReference? = nil) -> Event {
    var event = Event(
      origin: SessionID(loop: 0, serial: 1),
      .message(
        RoomID(room),
        Message(id: 0, room: "room\(room)", user: "alice", text: text, time: Timestamp(milliseconds: 0))))
    event.reference = reference
    return event
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
