import ChatCore
import LineProtocol

/// Reads history on a connection of its own. Confined to the reader thread.
final class HistoryReader {
  private let database: Database
  private let tail: Tail
  private let indexedTo: Statement
  private let trimmedTo: Statement
  private let idsAfter: Statement
  private let idsBefore: Statement
  private let message: Statement
  private let messagesAfter: Statement

  init(_ database: Database, tail: Tail) throws(SQLError) {
    self.database = database
    self.tail = tail
    indexedTo = try database.prepare("SELECT value FROM state WHERE key = 'indexed_to'")
    trimmedTo = try database.prepare("SELECT trimmed_to FROM rooms WHERE id = ?1")
    // What the index has beyond its end, in a file that was edited, is in the tail too.
    let end = "(SELECT value FROM state WHERE key = 'indexed_to')"
    idsAfter = try database.prepare(
      """
      SELECT id FROM room_messages WHERE room = ?1 AND id > ?2 AND id <= min(?3, \(end))
      ORDER BY id LIMIT ?4
      """)
    idsBefore = try database.prepare(
      "SELECT id FROM room_messages WHERE room = ?1 AND id < ?2 AND id <= \(end) ORDER BY id DESC LIMIT ?3")
    let columns = """
      SELECT messages.id, rooms.name, time, user, kind, role, text
      FROM messages JOIN rooms ON rooms.id = messages.room
      """
    message = try database.prepare(columns + " WHERE messages.id = ?1 AND messages.room = ?2")
    messagesAfter = try database.prepare(
      columns + " WHERE messages.id > ?1 AND messages.id <= ?2 ORDER BY messages.id LIMIT ?3")
  }

  func read(_ query: HistoryQuery) throws(SQLError) -> HistoryPage {
    var query = query
    while true {
      let unindexed = query.room.map { tail.ids(of: $0, in: query.range, limit: query.limit + 1) } ?? []
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
    _ query: HistoryQuery, _ unindexed: [Int64]
  ) throws(SQLError) -> (HistoryPage, instead: HistoryQuery?) {
    guard let room = query.room else {
      guard case .after(let id, let through) = query.range else {
        return (HistoryPage(messages: [], hasMore: false, trimmedTo: 0), nil)
      }
      return (try page(ofAllRoomsAfter: id, through: through, query), nil)
    }
    let trimmed = min(max(0, try number(trimmedTo, room.number) ?? 0), StoredState.ids.upperBound)
    let indexed = try number(indexedTo) ?? 0
    let newer = unindexed.filter { $0 > indexed }
    switch query.range {
    case .newest: return (try page(room, before: .max, newer, trimmed, query), nil)
    case .before(let id): return (try page(room, before: id, newer, trimmed, query), nil)
    case .after(let id, let through):
      return try page(room, after: id, through: through, newer, trimmed, query)
    }
  }

  private func page(
    _ room: RoomID, after id: Int64, through: Int64, _ unindexed: [Int64], _ trimmed: Int64,
    _ query: HistoryQuery
  ) throws(SQLError) -> (HistoryPage, instead: HistoryQuery?) {
    // One more than asked for tells whether there is more.
    idsAfter.bind(1, room.number)
    idsAfter.bind(2, id)
    idsAfter.bind(3, through)
    idsAfter.bind(4, Int64(query.limit) + 1)
    var ids = try column(idsAfter)
    ids += unindexed.prefix(query.limit + 1 - ids.count)
    let (messages, isCut) = try load(ids.prefix(query.limit), of: room, query.byteLimit)
    let page = HistoryPage(
      messages: messages, hasMore: isCut || ids.count > query.limit, trimmedTo: trimmed)
    guard messages.isEmpty, page.hasMore, let last = ids.prefix(query.limit).last else { return (page, nil) }
    // Somebody deleted rows by hand. The page is the next one that has something in it, or nobody would get past these.
    let next = HistoryQuery.Range.after(last, through: through)
    return (page, HistoryQuery(room: room, next, limit: query.limit, byteLimit: query.byteLimit))
  }

  private func page(
    _ room: RoomID, before id: Int64, _ unindexed: [Int64], _ trimmed: Int64, _ query: HistoryQuery
  ) throws(SQLError) -> HistoryPage {
    var ids = unindexed
    if ids.count <= query.limit {
      idsBefore.bind(1, room.number)
      idsBefore.bind(2, id)
      idsBefore.bind(3, Int64(query.limit + 1 - ids.count))
      ids += try column(idsBefore)
    }
    let (messages, isCut) = try load(ids.prefix(query.limit), of: room, query.byteLimit)
    return HistoryPage(
      messages: messages.reversed(), hasMore: isCut || ids.count > query.limit, trimmedTo: trimmed)
  }

  private func page(
    ofAllRoomsAfter id: Int64, through: Int64, _ query: HistoryQuery
  ) throws(SQLError) -> HistoryPage {
    messagesAfter.bind(1, id)
    messagesAfter.bind(2, through)
    messagesAfter.bind(3, Int64(query.limit) + 1)
    defer { messagesAfter.reset() }
    var messages: [Message] = []
    var bytes = 0
    while try messagesAfter.step() {
      if messages.count == query.limit || (bytes > query.byteLimit && !messages.isEmpty) {
        return HistoryPage(messages: messages, hasMore: true, trimmedTo: 0)
      }
      messages.append(row(messagesAfter))
      bytes += messages[messages.count - 1].text.utf8.count
    }
    return HistoryPage(messages: messages, hasMore: false, trimmedTo: 0)
  }

  /// The messages with these ids, in their order, and whether the bound on bytes cut them short.
  private func load(
    _ ids: ArraySlice<Int64>, of room: RoomID, _ byteLimit: Int
  ) throws(SQLError) -> ([Message], Bool) {
    var messages: [Message] = []
    messages.reserveCapacity(ids.count)
    var bytes = 0
    for id in ids {
      if bytes > byteLimit { return (messages, true) }
      message.bind(1, id)
      message.bind(2, room.number)
      defer { message.reset() }
      // A row that is in the index and not in the table, or there in another room, is none of ours; the page is right without it.
      guard try message.step() else { continue }
      messages.append(row(message))
      bytes += messages[messages.count - 1].text.utf8.count
    }
    return (messages, false)
  }

  private func row(_ statement: Statement) -> Message {
    Message(
      id: statement.int(0), room: ShownText.room(statement.text(1)), user: ShownText.name(statement.text(3)),
      text: ShownText.text(statement.text(6)),
      kind: Message.Kind(rawValue: Int(truncatingIfNeeded: statement.int(4))) ?? .message,
      role: Message.Role(rawValue: statement.text(5)) ?? .user,
      time: Timestamp(milliseconds: statement.int(2)))
  }

  private func column(_ statement: Statement) throws(SQLError) -> [Int64] {
    var values: [Int64] = []
    while try statement.step() { values.append(statement.int(0)) }
    return values
  }

  private func number(_ statement: Statement, _ argument: Int64? = nil) throws(SQLError) -> Int64? {
    if let argument { statement.bind(1, argument) }
    defer { statement.reset() }
    return try statement.step() ? statement.int(0) : nil
  }
}
