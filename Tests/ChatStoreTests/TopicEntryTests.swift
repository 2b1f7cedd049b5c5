import ChatCore
import LineProtocol
import Testing

@testable import ChatStore

/// Changes of topics stand among the messages, and who reads messages does not see them.
@Suite(.timeLimit(.minutes(5))) struct TopicEntryTests {
  private let fixture = LogFixture()

  /// What a query gives: ids, negative for topics.
  private func ids(
    _ log: SQLiteEventLog, _ range: HistoryQuery.Range, _ kinds: HistoryQuery.Kinds, limit: Int = 1_000,
    room: Int64? = 1
  ) async throws -> [Int64] {
    let query = HistoryQuery(room: room.map { RoomID($0) }, range, kinds: kinds, limit: limit)
    return try await log.read(query).entries.map { $0.message == nil ? -$0.id.number : $0.id.number }
  }

  /// A message, two topics, a message, one in another room, a topic taken away.
  private func fill() async throws {
    try fixture.append([
      .message("a"), .topic("tea"), .topic("coffee"), .message("b"),
      .message("c", room: 2), .topic(""),
    ])
    _ = await fixture.published(6)
  }

  @Test func aTopicHasTheNextID() async throws {
    let log = try fixture.open()
    try await fill()
    let events = await fixture.published(6)
    let topics = events.compactMap { event in
      if case .topic(let change) = event.kind { (change.id, change.topic.time.milliseconds) } else { nil }
    }
    #expect(topics.map(\.0) == [2, 3, 6] && topics.map(\.1) == [1_000, 1_000, 1_000])
    #expect(LogFixture.messages(events).map(\.id) == [1, 4, 5])
    #expect(log.applied == 6)
    #expect(log.stop())
    #expect(try Database(path: fixture.path, .readOnly).number("SELECT count(*) FROM history") == 3)
  }

  /// While the entries are in the tail, and when they are indexed.
  @Test func readersOfMessagesStepOverTopics() async throws {
    var log = try fixture.open()
    try await fill()
    for _ in 0..<2 {
      #expect(try await ids(log, .newest, .messages, limit: 1) == [4])
      #expect(try await ids(log, .newest, .messages) == [1, 4])
      #expect(try await ids(log, .before(4), .messages) == [1])
      #expect(try await ids(log, .after(1), .messages, limit: 1) == [4])
      #expect(try await ids(log, .after(4), .messages) == [])
      #expect(try await ids(log, .after(1), .messages, room: nil) == [4, 5])
      #expect(try await ids(log, .newest, .all) == [1, -2, -3, 4, -6])
      #expect(try await ids(log, .newest, .all, limit: 2) == [4, -6])
      #expect(try await ids(log, .before(4), .all, limit: 2) == [-2, -3])
      #expect(try await ids(log, .after(0, through: 4), .all, limit: 3) == [1, -2, -3])
      #expect(try await ids(log, .after(3), .all) == [4, -6])
      #expect(try await ids(log, .after(1), .all, room: nil) == [-2, -3, 4, 5, -6])
      #expect(log.stop())
      log = try fixture.open()
    }
    let topics = try await log.read(HistoryQuery(room: RoomID(1), .newest, kinds: .all, limit: 9)).entries
    let last = Topic(text: "", author: "bob", time: Timestamp(milliseconds: 1_000))
    #expect(topics.last == .topic(StoredTopic(id: 6, room: "room1", topic: last)))
    #expect(log.rooms.map(\.topic?.text) == [nil, nil])
    #expect(log.stop())
  }

  @Test func theNewestOfARoomCountsTopics() async throws {
    for isAgain in [false, true] {
      let log = try fixture.open()
      if !isAgain { try await fill() }
      let enter = Request.Action.enter(try Nick("eve"), try RoomName("room1"), after: nil)
      fixture.order.submit([Request(SessionID(loop: 1, serial: 2), enter)])
      #expect(log.stop())
      #expect(fixture.events.last?.joining?.newest == 6)
    }
  }

  @Test func anIndexThatIsMadeAnewHasTopics() async throws {
    var log = try fixture.open()
    try await fill()
    #expect(log.stop())
    try Database(path: fixture.path, .readWrite).execute(
      "DELETE FROM room_messages; DELETE FROM room_changes")
    log = try fixture.open()
    #expect(log.repairs.count == 1)
    #expect(try await ids(log, .after(0), .all) == [1, -2, -3, 4, -6])
    #expect(log.stop())
    let database = try Database(path: fixture.path, .readOnly)
    #expect(try database.number("SELECT count(*) FROM room_messages") == 3)
    #expect(try database.number("SELECT count(*) FROM room_changes") == 3)
  }

  /// What no server writes is taken for a message. The index that has it as a topic does not show it among
  /// messages.
  @Test func kindsThatAreNone() async throws {
    var log = try fixture.open()
    try await fill()
    #expect(log.stop())
    try Database(path: fixture.path, .readWrite).execute(
      """
      UPDATE messages SET kind = 4 WHERE id = 2; UPDATE messages SET kind = 'x' WHERE id = 3;
      UPDATE messages SET text = 'two' || char(10) || 'lines' WHERE id = 6;
      UPDATE messages SET kind = 3 WHERE id = 1;
      """)
    log = try fixture.open()
    #expect(try await ids(log, .newest, .messages) == [4])
    #expect(try await ids(log, .newest, .all) == [-1, 2, 3, 4, -6])
    #expect(try await ids(log, .after(0), .messages, room: nil) == [2, 3, 4, 5])
    let page = try await log.read(HistoryQuery(room: RoomID(1), .after(4), kinds: .all, limit: 9))
    guard case .topic(let topic)? = page.entries.last else {
      Issue.record("\(page)")
      return
    }
    #expect(topic.topic.text == "two lines")
    #expect(log.stop())
  }

  private func trim(_ retention: Retention, now: Int64 = 0) throws {
    let trimmer = try Trimmer(try Database(path: fixture.path, .readWrite), retention) { now }
    while try !trimmer.step().isEmpty {}
  }

  private func rows(_ sql: String) throws -> Int64? {
    try Database(path: fixture.path, .readOnly).number(sql)
  }

  @Test func aNumberOfMessagesDoesNotCountTopics() async throws {
    let log = try fixture.open()
    try await fill()
    try fixture.append([.topic("kept")])
    _ = await fixture.published(7)
    #expect(log.stop())
    try trim(Retention(messagesPerRoom: 2))
    #expect(try rows("SELECT count(*) FROM messages") == 7)
    try trim(Retention(messagesPerRoom: 1))
    // The first message goes. The topics behind it are as young as what is kept.
    #expect(try rows("SELECT min(id) FROM messages") == 2)
    #expect(try rows("SELECT trimmed_to FROM rooms WHERE id = 1") == 1)
    #expect(try rows("SELECT count(*) FROM room_changes") == 4)
  }

  @Test func whatIsOlderThanTheMessagesThatAreKeptGoes() async throws {
    let log = try fixture.open()
    try fixture.append([.topic("old"), .message("a"), .topic("tea"), .message("b")])
    try fixture.append([.message("c")])
    _ = await fixture.published(5)
    #expect(log.stop())
    try trim(Retention(messagesPerRoom: 1))
    #expect(try rows("SELECT min(id) FROM messages") == 5)
    #expect(try rows("SELECT trimmed_to FROM rooms") == 4)
    #expect(try rows("SELECT count(*) FROM room_changes") == 0)
    #expect(try rows("SELECT topic = 'tea' FROM rooms") == 1)
  }

  @Test func oldTopicsGoAndTheTopicStays() async throws {
    var log = try fixture.open()
    try fixture.append([.message("a"), .topic("tea")])
    _ = await fixture.published(2)
    #expect(log.stop())
    try trim(Retention(milliseconds: 10), now: 2_000)
    #expect(try rows("SELECT count(*) FROM messages") == 0)
    #expect(try rows("SELECT count(*) FROM room_changes") == 0)
    #expect(try rows("SELECT trimmed_to FROM rooms") == 2)
    log = try fixture.open()
    #expect(log.rooms.map(\.topic?.text) == ["tea"])
    #expect(log.applied == 2)
    #expect(log.stop())
  }
}
