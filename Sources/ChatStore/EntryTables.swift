import ChatCore
import LineProtocol

/// Writes entries, rooms and the index of both. Confined to the writer thread; to be called in its
/// transactions.
final class EntryTables {
  private let insertEntry: Statement
  private let insertRoom: Statement
  private let updateTopic: Statement
  private let indexMessage: Statement
  private let indexChange: Statement

  init(_ database: Database) throws(SQLError) {
    insertEntry = try database.prepare("INSERT INTO messages VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
    insertRoom = try database.prepare(
      "INSERT INTO rooms (id, name) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING")
    updateTopic = try database.prepare(
      "UPDATE rooms SET topic = ?2, topic_author = ?3, topic_time = ?4 WHERE id = ?1")
    indexMessage = try database.prepare("INSERT OR IGNORE INTO room_messages VALUES (?1, ?2)")
    indexChange = try database.prepare("INSERT OR IGNORE INTO room_changes VALUES (?1, ?2)")
  }

  func insert(_ room: RoomID, named name: String) throws(SQLError) {
    insertRoom.bind(1, room.number)
    insertRoom.bind(2, name)
    try insertRoom.run()
  }

  /// `message` has its id and time.
  func insert(_ message: Message, in room: RoomID) throws(SQLError) {
    try insert(
      message.id, room, message.time, message.user, Int64(message.kind.rawValue), message.role,
      message.text)
  }

  /// The entry, and the topic that the room has from now on. `topic` has its time.
  func insert(_ topic: Topic, id: MessageID, in room: RoomID) throws(SQLError) {
    try insert(id, room, topic.time, topic.author, StoredKind.topicValue, .user, topic.text)
    updateTopic.bind(1, room.number)
    updateTopic.bind(2, topic.text)
    updateTopic.bind(3, topic.author)
    updateTopic.bind(4, topic.time.milliseconds)
    try updateTopic.run()
  }

  func index(_ entry: Tail.Entry) throws(SQLError) {
    let insert = entry.isMessage ? indexMessage : indexChange
    insert.bind(1, entry.room)
    insert.bind(2, entry.id)
    try insert.run()
  }

  private func insert(
    _ id: MessageID, _ room: RoomID, _ time: Timestamp, _ user: String, _ kind: Int64, _ role: Message.Role,
    _ text: String
  ) throws(SQLError) {
    insertEntry.bind(1, id)
    insertEntry.bind(2, room.number)
    insertEntry.bind(3, time.milliseconds)
    insertEntry.bind(4, user)
    insertEntry.bind(5, kind)
    insertEntry.bind(6, role.rawValue)
    insertEntry.bind(7, text)
    try insertEntry.run()
  }
}

/// What a row of `messages` is, by its column `kind`.
enum StoredKind: Equatable {
  case message(Message.Kind)
  case topic

  /// The column of a topic. Kinds of messages are below it.
  static let topicValue: Int64 = 3

  /// Of a column that anybody may have edited: what no server writes is taken for a message. What is read
  /// here as a number SQL has as `CAST(kind AS INTEGER)`.
  init(_ value: Int64) {
    if value == Self.topicValue {
      self = .topic
    } else {
      self = .message(Message.Kind(rawValue: Int(truncatingIfNeeded: value)) ?? .message)
    }
  }

  var isMessage: Bool { self != .topic }
}
