import ChatCore
import LineProtocol
import Testing
import Threads

@testable import ChatStore

@Suite(.timeLimit(.minutes(5))) struct SQLiteEventLogTests {
  private let fixture = LogFixture()

  @Test func givesRisingIDsAcrossRestartsAndKeepsEverything() async throws {
    for round in 0..<3 {
      let log = try fixture.open()
      #expect(log.applied == MessageID(Int64(round * 2)))
      try fixture.append([.message("a\(round)"), .message("b\(round)", room: 2)])
      _ = await fixture.published(round * 2 + 2)
      #expect(log.stop())
    }
    let log = try fixture.open()
    let page = try await log.read(HistoryQuery(room: RoomID(1), .newest, limit: 10))
    #expect(page.messages.map(\.id) == [1, 3, 5])
    #expect(page.messages.map(\.text) == ["a0", "a1", "a2"])
    #expect(page.messages[0].room == "room1" && page.messages[0].time.milliseconds == 1_000)
    #expect(log.rooms.map(\.name.text).sorted() == ["room1", "room2"])
    #expect(log.stop())
  }

  /// A commit that failed may have stored the room all the same.
  @Test func aRoomThatIsThereAlreadyIsNoFault() async throws {
    let log = try fixture.open()
    let other = try Database(path: fixture.directory + "/linechat.db", .readWrite)
    try other.execute("INSERT INTO rooms (id, name) VALUES (1, 'room1')")
    try fixture.append([.message("hello")])
    #expect(await fixture.published(1)[0].isNewMessage)
    #expect(try other.number("SELECT count(*) FROM rooms") == 1)
    #expect(log.stop())
  }

  @Test func pagesAreTheSameWhateverPartIsIndexed() async throws {
    let log = try fixture.open()
    var total = 0
    // Past two steps of the index, with an unindexed tail.
    for count in [1, LogWriter.indexStep, 3_000, LogWriter.indexStep, 77] {
      try fixture.append((0..<count).map { .message("m", room: Int64($0 % 3) + 1) })
      total += count
      _ = await fixture.published(total)
    }
    let expected = LogFixture.messages(await fixture.published(total)).filter { $0.room == "room2" }.map(\.id)

    var ids: [MessageID] = []
    var after: MessageID = 0
    while true {
      let page = try await log.read(HistoryQuery(room: RoomID(2), .after(after), limit: 100))
      ids += page.messages.map(\.id)
      after = ids.last ?? after
      if !page.hasMore { break }
    }
    #expect(ids == expected)

    ids = []
    var before = MessageID.max
    while true {
      let page = try await log.read(HistoryQuery(room: RoomID(2), .before(before), limit: 100))
      ids = page.messages.map(\.id) + ids
      before = ids.first ?? before
      if !page.hasMore { break }
    }
    #expect(ids == expected)

    let bounded = try await log.read(
      HistoryQuery(room: RoomID(2), .after(expected[10], through: expected[20]), limit: 1_000))
    #expect(bounded.messages.map(\.id) == Array(expected[11...20]))
    #expect(!bounded.hasMore)
    let all = try await log.read(HistoryQuery(room: nil, .after(0), limit: 10_000))
    #expect(all.messages.count == 10_000 && all.hasMore)
    #expect(log.stop())
  }

  @Test func aPageEndsAtItsBytesButIsNeverEmpty() async throws {
    let log = try fixture.open()
    try fixture.append((0..<5).map { _ in .message(String(repeating: "x", count: 1_000)) })
    _ = await fixture.published(5)
    let page = try await log.read(HistoryQuery(room: RoomID(1), .after(0), limit: 5, byteLimit: 1))
    #expect(page.messages.map(\.id) == [1] && page.hasMore)
    let newest = try await log.read(HistoryQuery(room: RoomID(1), .newest, limit: 5, byteLimit: 1_500))
    #expect(newest.messages.map(\.id) == [4, 5] && newest.hasMore)
    #expect(log.stop())
  }

  @Test func rowsDeletedByHandDoNotStopAReader() async throws {
    var log = try fixture.open()
    try fixture.append((0..<300).map { _ in .message("x") })
    _ = await fixture.published(300)
    #expect(log.stop())
    try Database(path: fixture.directory + "/linechat.db", .readWrite)
      .execute("DELETE FROM messages WHERE id <= 250")
    log = try fixture.open()
    let page = try await log.read(HistoryQuery(room: RoomID(1), .after(0), limit: 100))
    #expect(page.messages.map(\.id) == Array(251...300) && !page.hasMore)
    #expect(log.stop())
  }

  @Test func aJoinLearnsTheNewestMessageAtItsPlace() async throws {
    let log = try fixture.open()
    let name = try RoomName("room1")
    func join(_ number: UInt64) throws -> Request {
      Request(SessionID(loop: 1, serial: number), .enter(try Nick("bob"), name, after: nil))
    }
    fixture.order.submit([try join(1)])
    try fixture.append([.message("a")])
    fixture.order.submit([try join(2)])
    try fixture.append([.message("b")])
    fixture.order.submit([try join(3)])
    #expect(log.stop())
    #expect(fixture.events.compactMap(\.joining?.newest) == [0, 1, 2])
  }

  @Test func timesNeverGoBack() async throws {
    let times = Times([5_000, 3_000, 6_000])
    let log = try fixture.open(now: { times.next })
    for count in 1...3 {
      try fixture.append([.message("x")])
      _ = await fixture.published(count)
    }
    let stamps = LogFixture.messages(await fixture.published(3)).map(\.time.milliseconds)
    #expect(stamps == stamps.sorted())
    #expect(log.stop())
  }

  @Test func aTopicIsKept() async throws {
    let log = try fixture.open()
    try fixture.append([.topic("beer", in: "Pub")])
    _ = await fixture.published(1)
    #expect(log.stop())
    let again = try fixture.open()
    #expect(again.rooms.map(\.name.text) == ["Pub"])
    #expect(again.rooms.first?.topic?.text == "beer")
    #expect(again.stop())
  }

  @Test func withoutSyncIDsJumpAfterAnUncleanStop() async throws {
    let log = try fixture.open(.normal)
    try fixture.append([.message("x")])
    _ = await fixture.published(1)
    // What a crash leaves is the same as what is there now, with the mark still set.
    let database = try Database(path: fixture.directory + "/linechat.db", .readOnly)
    #expect(try database.number("SELECT value FROM state WHERE key = 'unsynced'") == 1)
    #expect(log.stop())
    #expect(try database.number("SELECT value FROM state WHERE key = 'unsynced'") == 0)
    try Database(path: fixture.directory + "/linechat.db", .readWrite)
      .execute("UPDATE state SET value = 1 WHERE key = 'unsynced'")
    let again = try fixture.open(.normal)
    #expect(again.applied > 1_000)
    #expect(again.stop())
  }
}

/// A clock that gives each time for a while and stays at the last.
private final class Times: Sendable {
  private let times: Lock<[Int64]>
  init(_ times: [Int64]) { self.times = Lock(times) }
  var next: Int64 { times.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] } }
}
