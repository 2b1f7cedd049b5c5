import ChatCore
import LineProtocol

/// Reads history on a connection of its own. Confined to the reader thread.
final class HistoryReader {
  private let database: Database
  private let tail: Tail
  private let indexedTo: Statement
  private let trimmedTo: Statement
  private let messages: Statements
  private let all: Statements
  private let entry: Statement
  /// Find ids in ``mostRooms`` rooms, of which those that are wanting are asked for as one that there is not.
  /// Prepared when they are needed first.
  private var idsInRooms: [HistoryQuery.Kinds: Statement] = [:]

  /// Rooms that are asked for in one statement; of more, the first ids of each so many are merged.
  private static let mostRooms = 64

  /// Where an entry is said to be.
  private struct Found {
    let id: MessageID
    let room: Int64
  }

  /// What depends on the kinds that are read.
  private struct Statements {
    let idsAfter: Statement
    let idsBefore: Statement
    let rowsAfter: Statement
  }

  private static let columns = """
    SELECT messages.id, rooms.name, time, user, kind, role, text
    FROM messages JOIN rooms ON rooms.id = messages.room
    """

  init(_ database: Database, tail: Tail) throws(SQLError) {
    self.database = database
    self.tail = tail
    indexedTo = try database.prepare("SELECT value FROM state WHERE key = 'indexed_to'")
    trimmedTo = try database.prepare("SELECT trimmed_to FROM rooms WHERE id = ?1")
    messages = try Self.prepare(
      database, ["room_messages"], where: "CAST(kind AS INTEGER) <> \(StoredKind.topicValue)")
    // SQLite merges the two, as both are in the order of ids.
    all = try Self.prepare(database, ["room_messages", "room_changes"], where: "true")
    entry = try database.prepare(Self.columns + " WHERE messages.id = ?1 AND messages.room = ?2")
  }

  private static func prepare(
    _ database: Database, _ indexes: [String], where isWanted: String
  ) throws(SQLError) -> Statements {
    // What the index has beyond its end, in a file that was edited, is in the tail too.
    let end = "(SELECT value FROM state WHERE key = 'indexed_to')"
    let after = indexes.map { "SELECT id FROM \($0) WHERE room = ?1 AND id > ?2 AND id <= min(?3, \(end))" }
    let before = indexes.map { "SELECT id FROM \($0) WHERE room = ?1 AND id < ?2 AND id <= \(end)" }
    return Statements(
      idsAfter: try database.prepare(after.joined(separator: " UNION ") + " ORDER BY id LIMIT ?4"),
      idsBefore: try database.prepare(before.joined(separator: " UNION ") + " ORDER BY id DESC LIMIT ?3"),
      rowsAfter: try database.prepare(
        """
        \(columns) WHERE messages.id > ?1 AND messages.id <= ?2 AND \(isWanted)
        ORDER BY messages.id LIMIT ?3
        """))
  }

  /// The first ids in ``mostRooms`` rooms, `?4` and on. Each room gives as many as may be wanted, so that no
  /// more is sorted.
  private func idsInRooms(_ kinds: HistoryQuery.Kinds) throws(SQLError) -> Statement {
    if let prepared = idsInRooms[kinds] { return prepared }
    let indexes =
      switch kinds {
      case .messages: ["room_messages"]
      case .all: ["room_messages", "room_changes"]
      }
    let end = "(SELECT value FROM state WHERE key = 'indexed_to')"
    let parts = (0..<Self.mostRooms).flatMap { number in
      indexes.map { index in
        """
        SELECT * FROM (SELECT id, room FROM \(index) WHERE room = ?\(4 + number) AND id > ?1 AND id <= min(?2, \(end))
        ORDER BY id LIMIT ?3)
        """
      }
    }
    let statement = try database.prepare(parts.joined(separator: " UNION ALL ") + " ORDER BY id LIMIT ?3")
    idsInRooms[kinds] = statement
    return statement
  }

  private func statements(_ kinds: HistoryQuery.Kinds) -> Statements {
    switch kinds {
    case .messages: messages
    case .all: all
    }
  }

  func read(_ query: HistoryQuery) throws(SQLError) -> HistoryPage {
    var query = query
    while true {
      let unindexed = unindexed(query)
      // One snapshot for everything: the index, its end, and the messages.
      try database.execute("BEGIN")
      do throws(SQLError) {
        let (page, next) = try page(query, unindexed)
        try database.execute("COMMIT")
        guard let next else { return page }
        query = next
      } catch {
        if database.isInTransaction { try database.execute("ROLLBACK") }
        throw error
      }
    }
  }

  /// What is to be read instead, if anything, comes second.
  private func page(
    _ query: HistoryQuery, _ unindexed: [Found]
  ) throws(SQLError) -> (HistoryPage, instead: HistoryQuery?) {
    let room: RoomID
    switch (query.rooms, query.range) {
    case (.one(let asked), _): room = asked
    case (.several(let rooms), .after(let id, let through)):
      return try page(of: rooms, after: id, through: through, unindexed, query)
    case (.all, .after(let id, let through)):
      return (try page(ofAllRoomsAfter: id, through: through, query), nil)
    case (.several, _), (.all, _): return (HistoryPage(entries: [], hasMore: false, trimmedTo: 0), nil)
    }
    let trimmed = try trimmed(of: room)
    let indexed = MessageID(try number(indexedTo) ?? 0)
    let newer = unindexed.map(\.id).filter { $0 > indexed }
    switch query.range {
    case .newest: return (try page(room, before: .max, newer, trimmed, query), nil)
    case .before(let id): return (try page(room, before: id, newer, trimmed, query), nil)
    case .after(let id, let through):
      return try page(room, after: id, through: through, newer, trimmed, query)
    }
  }

  private func page(
    _ room: RoomID, after id: MessageID, through: MessageID, _ unindexed: [MessageID], _ trimmed: MessageID,
    _ query: HistoryQuery
  ) throws(SQLError) -> (HistoryPage, instead: HistoryQuery?) {
    // One more than asked for tells whether there is more.
    let idsAfter = statements(query.kinds).idsAfter
    idsAfter.bind(1, room.number)
    idsAfter.bind(2, id)
    idsAfter.bind(3, through)
    idsAfter.bind(4, Int64(query.limit) + 1)
    var ids = try column(idsAfter)
    ids += unindexed.prefix(query.limit + 1 - ids.count)
    let (entries, isCut) = try load(found(ids.prefix(query.limit), in: room), query)
    let page = HistoryPage(
      entries: entries, hasMore: isCut || ids.count > query.limit, trimmedTo: trimmed)
    return (page, instead(of: page, ids.prefix(query.limit).last, through: through, query))
  }

  private func page(
    of rooms: [RoomID], after id: MessageID, through: MessageID, _ unindexed: [Found], _ query: HistoryQuery
  ) throws(SQLError) -> (HistoryPage, instead: HistoryQuery?) {
    let indexed = MessageID(try number(indexedTo) ?? 0)
    var ids = unindexed.filter { $0.id > indexed }
    let statement = try idsInRooms(query.kinds)
    for start in stride(from: 0, to: rooms.count, by: Self.mostRooms) {
      statement.bind(1, id)
      statement.bind(2, through)
      statement.bind(3, Int64(query.limit) + 1)
      for number in 0..<Self.mostRooms {
        let index = start + number
        statement.bind(Int32(4 + number), index < rooms.count ? rooms[index].number : -1)
      }
      while try statement.step() { ids.append(Found(id: statement.id(0), room: statement.int(1))) }
    }
    ids.sort { $0.id < $1.id }
    let (entries, isCut) = try load(ids.prefix(query.limit), query)
    var trimmed: [MessageID] = []
    for room in rooms { trimmed.append(try self.trimmed(of: room)) }
    let page = HistoryPage(
      entries: entries, hasMore: isCut || ids.count > query.limit, trimmed: trimmed)
    return (page, instead(of: page, ids.prefix(query.limit).last?.id, through: through, query))
  }

  /// Somebody may have deleted rows by hand. Then the page is the next one that has something in it, or
  /// nobody would get past these.
  private func instead(
    of page: HistoryPage, _ last: MessageID?, through: MessageID, _ query: HistoryQuery
  ) -> HistoryQuery? {
    guard page.entries.isEmpty, page.hasMore, let last else { return nil }
    return HistoryQuery(
      query.rooms, .after(last, through: through), kinds: query.kinds, limit: query.limit,
      byteLimit: query.byteLimit)
  }

  /// What is not in the index. To be looked up before the snapshot is opened.
  private func unindexed(_ query: HistoryQuery) -> [Found] {
    let rooms: [RoomID] =
      switch query.rooms {
      case .one(let room): [room]
      case .several(let rooms): rooms
      case .all: []
      }
    return rooms.flatMap { room in
      found(tail.ids(of: room, in: query.range, query.kinds, limit: query.limit + 1)[...], in: room)
    }
  }

  private func found(_ ids: ArraySlice<MessageID>, in room: RoomID) -> ArraySlice<Found> {
    ids.map { Found(id: $0, room: room.number) }[...]
  }

  private func trimmed(of room: RoomID) throws(SQLError) -> MessageID {
    min(max(.zero, MessageID(try number(trimmedTo, room.number) ?? 0)), StoredState.ids.upperBound)
  }

  private func page(
    _ room: RoomID, before id: MessageID, _ unindexed: [MessageID], _ trimmed: MessageID,
    _ query: HistoryQuery
  ) throws(SQLError) -> HistoryPage {
    var ids = unindexed
    if ids.count <= query.limit {
      let idsBefore = statements(query.kinds).idsBefore
      idsBefore.bind(1, room.number)
      idsBefore.bind(2, id)
      idsBefore.bind(3, Int64(query.limit + 1 - ids.count))
      ids += try column(idsBefore)
    }
    let (entries, isCut) = try load(found(ids.prefix(query.limit), in: room), query)
    return HistoryPage(
      entries: entries.reversed(), hasMore: isCut || ids.count > query.limit, trimmedTo: trimmed)
  }

  private func page(
    ofAllRoomsAfter id: MessageID, through: MessageID, _ query: HistoryQuery
  ) throws(SQLError) -> HistoryPage {
    let rows = statements(query.kinds).rowsAfter
    rows.bind(1, id)
    rows.bind(2, through)
    rows.bind(3, Int64(query.limit) + 1)
    defer { rows.reset() }
    var entries: [Entry] = []
    var bytes = 0
    while try rows.step() {
      if entries.count == query.limit || (bytes > query.byteLimit && !entries.isEmpty) {
        return HistoryPage(entries: entries, hasMore: true, trimmedTo: 0)
      }
      entries.append(Self.entry(rows))
      bytes += entries[entries.count - 1].textBytes
    }
    return HistoryPage(entries: entries, hasMore: false, trimmedTo: 0)
  }

  /// The entries with these ids, in their order, and whether the bound on bytes cut them short.
  private func load(
    _ ids: ArraySlice<Found>, _ query: HistoryQuery
  ) throws(SQLError) -> ([Entry], Bool) {
    var entries: [Entry] = []
    entries.reserveCapacity(ids.count)
    var bytes = 0
    for id in ids {
      if bytes > query.byteLimit { return (entries, true) }
      entry.bind(1, id.id)
      entry.bind(2, id.room)
      defer { entry.reset() }
      // A row that is in the index and not in the table, or there in another room or of another kind, is none
      // of ours; the page is right without it.
      guard try entry.step() else { continue }
      let found = Self.entry(entry)
      guard query.kinds.contains(found) else { continue }
      entries.append(found)
      bytes += found.textBytes
    }
    return (entries, false)
  }

  private static func entry(_ row: Statement) -> Entry {
    let (id, room) = (row.id(0), ShownText.room(row.text(1)))
    let (user, time) = (ShownText.name(row.text(3)), Timestamp(milliseconds: row.int(2)))
    switch StoredKind(row.int(4)) {
    case .message(let kind):
      let role = Message.Role(rawValue: row.text(5)) ?? .user
      let text = ShownText.text(row.text(6))
      return .message(
        Message(id: id, room: room, user: user, text: text, kind: kind, role: role, time: time))
    case .topic:
      let topic = Topic(text: ShownText.topic(row.text(6)), author: user, time: time)
      return .topic(StoredTopic(id: id, room: room, topic: topic))
    }
  }

  private func column(_ statement: Statement) throws(SQLError) -> [MessageID] {
    var values: [MessageID] = []
    while try statement.step() { values.append(statement.id(0)) }
    return values
  }

  private func number(_ statement: Statement, _ argument: Int64? = nil) throws(SQLError) -> Int64? {
    if let argument { statement.bind(1, argument) }
    defer { statement.reset() }
    return try statement.step() ? statement.int(0) : nil
  }
}
