import ChatCore
import LineProtocol

/// The rooms in the file. Rows that cannot be rooms are left as they are, and left out.
struct StoredRooms {
  private(set) var rooms: [StoredRoom] = []
  /// The id of the newest entry of each room that has a row, also of one that is left out; 0 if there is
  /// none.
  private(set) var newest: [RoomID: MessageID] = [:]
  /// The greatest number of a room that is shown or left out.
  private(set) var lastRoom: Int64 = 0
  /// What was left out or made anew, in words.
  private(set) var repairs: [String] = []
  private var names: Set<RoomName> = []
  private var hidden: [Int64] = []
  private let lastID: MessageID

  /// `unindexed`: the entries that the index does not know of.
  init(_ database: Database, unindexed: [Tail.Entry], lastID: MessageID) throws(SQLError) {
    self.lastID = lastID
    try load(database)
    try restoreRooms(of: unindexed, database)
    for entry in unindexed { newest[RoomID(entry.room)]? = entry.id }
    rooms = rooms.map {
      StoredRoom(id: $0.id, name: $0.name, topic: $0.topic, newest: newest[$0.id] ?? 0)
    }
    if !hidden.isEmpty {
      repairs.append(
        """
        \(hidden.count) of its rooms cannot be shown, the first is number \(hidden[0]): \
        correct the number or the name in its table rooms
        """)
    }
  }

  private mutating func load(_ database: Database) throws(SQLError) {
    let statement = try database.prepare(
      """
      SELECT id, name, topic, topic_author, topic_time, trimmed_to,
        (SELECT max(id) FROM room_messages WHERE room = rooms.id AND id <= ?1),
        (SELECT max(id) FROM room_changes WHERE room = rooms.id AND id <= ?1) FROM rooms
      """)
    statement.bind(1, lastID)
    while try statement.step() {
      let number = statement.int(0)
      let id = RoomID(number)
      // Where everything was trimmed, those who were there before are still to be told.
      let trimmedTo = min(max(.zero, statement.id(5)), lastID)
      newest[id] = max(statement.id(6), statement.id(7), trimmedTo)
      if StoredState.numbers.contains(number) { lastRoom = max(lastRoom, number) }
      guard StoredState.numbers.contains(number), let name = try? RoomName(statement.text(1)),
        names.insert(name).inserted
      else {
        hidden.append(number)
        continue
      }
      rooms.append(StoredRoom(id: id, name: name, topic: Self.topic(statement)))
    }
  }

  /// A number that has messages must not become that of another room: what was said would be shown in it.
  private mutating func restoreRooms(of unindexed: [Tail.Entry], _ database: Database) throws(SQLError) {
    var numbers = Set(unindexed.map(\.room))
    // The next room gets the next number, so of the indexed ones the last matters.
    for table in ["room_messages", "room_changes"] {
      if let last = try database.number("SELECT max(room) FROM \(table)") { numbers.insert(last) }
    }
    let lost = numbers.filter { StoredState.numbers.contains($0) && newest[RoomID($0)] == nil }.sorted()
    if lost.isEmpty { return }
    let insert = try database.prepare("INSERT INTO rooms (id, name) VALUES (?1, ?2)")
    let findNewest = try database.prepare(
      """
      SELECT (SELECT max(id) FROM room_messages WHERE room = ?1 AND id <= ?2),
        (SELECT max(id) FROM room_changes WHERE room = ?1 AND id <= ?2)
      """)
    try database.execute("BEGIN IMMEDIATE")
    for number in lost {
      guard let name = unusedName(for: number) else { continue }
      insert.bind(1, number)
      insert.bind(2, name.text)
      try insert.run()
      findNewest.bind(1, number)
      findNewest.bind(2, lastID)
      let isFound = try findNewest.step()
      newest[RoomID(number)] = isFound ? max(findNewest.id(0), findNewest.id(1)) : .zero
      findNewest.reset()
      lastRoom = max(lastRoom, number)
      rooms.append(StoredRoom(id: RoomID(number), name: name, topic: nil))
      repairs.append("the name of room number \(number) was not in it; it is now \(name.text)")
    }
    try database.execute("COMMIT")
  }

  private mutating func unusedName(for number: Int64) -> RoomName? {
    for suffix in ["", "-1", "-2", "-3"] {
      if let name = try? RoomName("lost-\(number)\(suffix)"), names.insert(name).inserted { return name }
    }
    return nil
  }

  private static func topic(_ statement: Statement) -> Topic? {
    guard !statement.isNull(2), !statement.text(2).isEmpty else { return nil }
    return Topic(
      text: ShownText.topic(statement.text(2)), author: ShownText.name(statement.text(3)),
      time: Timestamp(milliseconds: statement.int(4)))
  }
}
