import ChatCore
import LineProtocol
import Testing

@testable import ChatStore

/// A file in which somebody changed what they should not, or that was saved from a damaged one: refused in
/// words, or served.
@Suite(.timeLimit(.minutes(5))) struct EditedFileTests {
  private let fixture = LogFixture()
  /// As a file that is too large to be looked through at start.
  private let disk = DiskAccess(checkedBytes: 0)

  /// A log of messages in two rooms, the older ones indexed, in which `sql` was done then.
  private func make(_ sql: String, messages: Int = 20) async throws {
    let log = try fixture.open()
    try fixture.append((0..<messages).map { .message("text \($0)", room: Int64($0 % 2) + 1) })
    _ = await fixture.published(messages)
    #expect(log.stop())
    try Database(path: fixture.path, .readWrite).execute(sql)
  }

  private func refusal() -> StoreError? {
    do {
      _ = try fixture.open(disk: disk).stop()
      return nil
    } catch {
      return error as? StoreError
    }
  }

  private func expectDamaged(_ words: String) {
    guard case .damaged(fixture.path, let reason)? = refusal() else {
      Issue.record("\(String(describing: refusal()))")
      return
    }
    #expect(reason.contains(words))
  }

  /// What the next message gets; the log is stopped.
  private func say(in log: SQLiteEventLog, room: Int64 = 1) async throws -> Message {
    let count = fixture.publishedCount + 1
    try fixture.append([.message("more", room: room)])
    let event = try #require(await fixture.published(count).last)
    #expect(event.isNewMessage)
    #expect(log.stop())
    return try #require(LogFixture.messages([event]).first)
  }

  // MARK: Refused

  @Test(arguments: [-1, Int64(Int32.min)]) func aSchemaBelowZero(_ version: Int64) async throws {
    try await make("PRAGMA user_version = \(version)")
    expectDamaged("its schema is number \(version)")
  }

  @Test func aSchemaThatIsNotTheOneNamed() async throws {
    try await make("PRAGMA user_version = 1")
    expectDamaged("already exists")
  }

  @Test(arguments: ["messages", "rooms", "room_messages", "room_changes", "state", "refs"])
  func aTableThatIsGone(_ table: String) async throws {
    try await make("DROP VIEW history; DROP TABLE \(table)")
    expectDamaged("no such table")
  }

  @Test(arguments: [
    "9223372036854775807", "9007199254740992", "-1", "-9223372036854775808", "'many'", "1.5", "x'01'",
  ])
  func aLastIDThatNobodyGave(_ value: String) async throws {
    try await make("UPDATE state SET value = \(value) WHERE key = 'last_id'")
    expectDamaged("last_id is")
  }

  @Test func idsThatCannotJump() async throws {
    try await make(
      "UPDATE state SET value = CASE key WHEN 'last_id' THEN \(StoredState.ids.upperBound) ELSE 1 END")
    expectDamaged("last_id is")
  }

  @Test(arguments: [Int64.min, -1, 0, 1 << 53, .max]) func aMessageWithAnIDThatNobodyGave(_ id: Int64)
    async throws
  {
    try await make("UPDATE messages SET id = \(id) WHERE id = 7")
    expectDamaged("the id of a message is \(id)")
  }

  // MARK: Served

  /// Also what an edit leaves that takes rows away for good, such as a repair.
  @Test(arguments: [
    "DELETE FROM state", "DELETE FROM state; DELETE FROM room_messages",
    "DELETE FROM state WHERE key = 'last_id'", "DELETE FROM state WHERE key = 'indexed_to'",
    "DELETE FROM state WHERE key = 'unsynced'", "DELETE FROM room_messages",
    "UPDATE state SET value = 1000000000 WHERE key = 'indexed_to'",
    "UPDATE state SET value = 4000 WHERE key = 'indexed_to'; DELETE FROM room_messages",
    "UPDATE state SET value = 0 WHERE key = 'indexed_to'",
  ])
  func allMessagesAreServed(_ sql: String) async throws {
    let count = LogWriter.indexStep + 1_000
    try await make(sql, messages: count)
    for _ in 0..<2 {
      let log = try fixture.open(disk: disk)
      var ids: [MessageID] = []
      for room: Int64 in [1, 2] {
        let page = try await log.read(
          HistoryQuery(room: RoomID(room), .after(0), limit: count, byteLimit: .max))
        ids += page.messages.map(\.id)
      }
      #expect(ids.filter { $0 <= MessageID(Int64(count)) }.sorted() == Array(1...MessageID(Int64(count))))
      let last = max(log.applied, MessageID(Int64(count)))
      #expect(try await say(in: log).id == last.next)
    }
  }

  @Test func withoutALastIDTheyJump() async throws {
    try await make("DELETE FROM state")
    let log = try fixture.open(disk: disk)
    #expect(log.applied == 1_000_020)
    #expect(log.repairs.count == 2)
    #expect(try await say(in: log).id == 1_000_021)
    let again = try fixture.open(disk: disk)
    #expect(again.applied == 1_000_021 && again.repairs == [])
    #expect(again.stop())
  }

  /// An index that names a message of another room neither shows it there, nor removes it with the messages
  /// of that room.
  @Test func anIndexThatNamesMessagesOfAnotherRoom() async throws {
    try await make(
      """
      INSERT INTO room_messages SELECT 3 - room, id FROM messages WHERE id BETWEEN 3 AND 16;
      INSERT INTO room_messages VALUES (1, 400);
      """)
    let log = try fixture.open(disk: disk)
    for room: Int64 in [1, 2] {
      let expected = Array(stride(from: MessageID(room), through: 20, by: 2))
      for range in [HistoryQuery.Range.newest, .before(.max), .after(0)] {
        let page = try await log.read(HistoryQuery(room: RoomID(room), range, limit: 100))
        #expect(page.messages.map(\.id) == expected)
      }
    }
    #expect(log.stop())
    let trimmer = try Trimmer(
      try Database(path: fixture.path, .readWrite), Retention(messagesPerRoom: 10), clock: { 1_000 })
    while try !trimmer.step().isEmpty {}
    let left = try Database(path: fixture.path, .readOnly).number(
      "SELECT count(*) FROM messages WHERE id > 10")
    #expect(left == 10)
  }

  @Test func aRoomThatWasLostHasItsMessages() async throws {
    try await make("DELETE FROM rooms WHERE id = 2")
    let log = try fixture.open(disk: disk)
    #expect(log.rooms.map(\.name.text) == ["room1", "lost-2"])
    #expect(log.lastRoom == 2 && log.repairs.count == 1)
    #expect(try await LogFixture.texts(log, room: 2).count == 10)
    #expect(log.stop())
  }

  @Test(arguments: ["''", "'two words'", "x'80'", "x'00'", "'room1'", "'ROOM1'", "17 || char(10)"])
  func aRoomThatCannotBeShownKeepsItsNumber(_ name: String) async throws {
    try await make("UPDATE rooms SET name = \(name) WHERE id = 2")
    let log = try fixture.open(disk: disk)
    // Not UTF-8 is shown as what can be read of it.
    if name != "x'80'" {
      #expect(log.rooms.map(\.name.text) == ["room1"] && log.repairs.count == 1)
    }
    #expect(log.lastRoom == 2)
    #expect(log.stop())
  }

  @Test(arguments: [Int64.min, -5, 0, .max]) func aRoomWithoutAProperNumber(_ number: Int64) async throws {
    try await make("INSERT INTO rooms (id, name) VALUES (\(number), 'odd')")
    let log = try fixture.open(disk: disk)
    #expect(log.rooms.count == 2 && log.lastRoom == 2 && log.repairs.count == 1)
    #expect(log.stop())
  }

  @Test(arguments: ["-9223372036854775808", "-1", "9223372036854775807", "'far'", "1e300"])
  func anEdgeOfTrimmingThatNothingReached(_ value: String) async throws {
    try await make(
      "UPDATE rooms SET trimmed_to = \(value); INSERT INTO room_messages VALUES (1, 9223372036854775807)")
    let log = try fixture.open(disk: disk)
    let page = try await log.read(HistoryQuery(room: RoomID(1), .newest, limit: 100))
    #expect(page.messages.map(\.id) == Array(stride(from: 1, to: 20, by: 2)))
    #expect(.zero...StoredState.ids.upperBound ~= page.trimmedTo)
    #expect(try await say(in: log).id == 21)
  }

  @Test func valuesOfTheWrongKind() async throws {
    let odd = [
      "9223372036854775807", "-9223372036854775808", "'x'", "1e300", "x'80FF00'", "''",
      "'a b' || char(13, 10)",
    ]
    var sql = ""
    for (index, value) in odd.enumerated() {
      sql += """
        UPDATE messages SET time = \(value), user = \(value), kind = \(value), role = \(value), text = \(value)
        WHERE id = \(index + 1);
        UPDATE rooms SET topic = \(value), topic_author = \(value), topic_time = \(value);
        INSERT INTO refs VALUES (\(index + 1), \(value), \(key("ref\(index)")), \(value));
        """
    }
    try await make(sql)
    let log = try fixture.open(disk: disk)
    for room: Int64 in [1, 2] {
      let page = try await log.read(HistoryQuery(room: RoomID(room), .newest, limit: 100))
      #expect(page.messages.count == 10)
      for message in page.messages {
        #expect((try? MessageText(message.text)) != nil)
        #expect(message.user.utf8.allSatisfy { 0x21...0x7E ~= $0 } && !message.user.isEmpty)
      }
    }
    for index in odd.indices {
      let count = fixture.publishedCount + 1
      try fixture.append([.message("once", once: "ref\(index)")])
      #expect(await fixture.published(count)[count - 1].failure == nil)
    }
    #expect(log.stop())
  }

  @Test func aReferenceOfAMessageThatNobodySaid() async throws {
    let ids = [Int64.min, -1, 0, 1 << 53, .max]
    let rows = ids.enumerated().map { index, id in "(\(id), 1000, \(key("ref\(index)")), NULL)" }
    try await make("INSERT INTO refs VALUES \(rows.joined(separator: ", "))")
    let log = try fixture.open(disk: disk)
    for index in ids.indices {
      let count = fixture.publishedCount + 1
      try fixture.append([.message("once", once: "ref\(index)")])
      #expect(await fixture.published(count)[count - 1].isNewMessage)
    }
    #expect(log.stop())
  }

  /// What a reference of alice is found by, in SQL.
  private func key(_ reference: String) -> String {
    let key = References.key(reference, of: "alice")
    let digits = [key.high, key.low].map { number in
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    return "x'\(digits.joined())'"
  }
}
