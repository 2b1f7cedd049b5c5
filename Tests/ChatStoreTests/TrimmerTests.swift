import ChatCore
import LineProtocol
import Synchronization
import Testing

@testable import ChatStore

@Suite(.timeLimit(.minutes(5))) struct TrimmerTests {
  private let fixture = LogFixture()
  private var path: String { fixture.directory + "/linechat.db" }

  /// Three rooms in turn, each message a second after the one before; ids are seconds.
  private func fill(_ count: Int) async throws {
    let seconds = Atomic<Int64>(0)
    let log = try fixture.open(now: { seconds.load(ordering: .relaxed) * 1_000 })
    for number in 1...count {
      seconds.store(Int64(number), ordering: .relaxed)
      try fixture.append([.message("m\(number)", room: Int64(number % 3) + 1)])
      _ = await fixture.published(number)
    }
    #expect(log.stop())
  }

  private func trimAll(_ retention: Retention, now: Int64) throws -> Int {
    let database = try Database(path: path, .readWrite)
    let trimmer = try Trimmer(database, retention) { now }
    var steps = 0
    while !(try trimmer.step().isEmpty) { steps += 1 }
    return steps
  }

  private func ids(_ room: Int64) throws -> [MessageID] {
    let database = try Database(path: path, .readOnly)
    let statement = try database.prepare(
      """
      SELECT room_messages.id FROM room_messages JOIN rooms ON rooms.id = room
      WHERE name = 'room\(room)' ORDER BY room_messages.id
      """)
    var ids: [MessageID] = []
    while try statement.step() { ids.append(statement.id(0)) }
    return ids
  }

  @Test func keepsWhatIsYoungEnough() async throws {
    try await fill(30)
    // Second 20 is exactly as old as is kept.
    #expect(try trimAll(Retention(milliseconds: 10_000), now: 30_000) == 1)
    #expect(try ids(1) == [21, 24, 27, 30])
    let database = try Database(path: path, .readOnly)
    #expect(try database.number("SELECT min(id) FROM messages") == 20)
    #expect(try database.number("SELECT trimmed_to FROM rooms WHERE name = 'room1'") == 18)
    #expect(try database.number("SELECT value FROM state WHERE key = 'last_id'") == 30)
  }

  @Test func keepsSoManyInEachRoom() async throws {
    try await fill(30)
    _ = try trimAll(Retention(messagesPerRoom: 2), now: 0)
    #expect(try [ids(1), ids(2), ids(3)] == [[27, 30], [25, 28], [26, 29]])
    _ = try trimAll(Retention(messagesPerRoom: 2), now: 0)
    #expect(try ids(1) == [27, 30])
  }

  @Test func trimsInBoundedSteps() async throws {
    let log = try fixture.open()
    try fixture.append((0..<1_200).map { _ in .message("x") })
    _ = await fixture.published(1_200)
    #expect(log.stop())
    #expect(try trimAll(Retention(messagesPerRoom: 1), now: 0) == 3)
    #expect(try ids(1) == [1_200])
  }

  @Test func whoResumesFromBeforeTheEdgeIsTold() async throws {
    try await fill(9)
    _ = try trimAll(Retention(messagesPerRoom: 1), now: 0)
    let log = try fixture.open()
    let room = try #require(log.rooms.first { $0.name.text == "room1" }).id
    let page = try await log.read(HistoryQuery(room: room, .after(0), limit: 10))
    #expect(page.trimmedTo == 6 && page.messages.map(\.id) == [9])
    let rooms = log.rooms.sorted { $0.name.text < $1.name.text }.map(\.id)
    let all = try await log.read(HistoryQuery(.several(rooms), .after(0), limit: 10, byteLimit: .max))
    #expect(all.trimmed == [6, 4, 5] && all.trimmedTo == 4 && all.messages.map(\.id) == [7, 8, 9])
    // No id is given twice, even where the newest was trimmed.
    try fixture.append([.message("x")])
    let messages = LogFixture.messages(await fixture.published(10))
    #expect(messages.last?.id == 10)
    #expect(log.stop())
  }

  @Test func aRunningLogTrimsByItself() async throws {
    let log = try fixture.open(retention: Retention(messagesPerRoom: 5))
    try fixture.append((0..<50).map { _ in .message("x") })
    _ = await fixture.published(50)
    var page = try await log.read(HistoryQuery(room: RoomID(1), .newest, limit: 100))
    while page.messages.count > 5 {
      page = try await log.read(HistoryQuery(room: RoomID(1), .newest, limit: 100))
    }
    #expect(page.messages.map(\.id) == Array(46...50))
    #expect(page.trimmedTo == 45)
    #expect(log.stop())
  }
}
