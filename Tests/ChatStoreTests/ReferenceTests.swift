import ChatCore
import LineProtocol
import Testing

@testable import ChatStore

@Suite(.timeLimit(.minutes(5))) struct ReferenceTests {
  private let fixture = LogFixture()

  private func rows() throws -> Int64? {
    try Database(path: fixture.directory + "/linechat.db", .readOnly).number("SELECT count(*) FROM messages")
  }

  @Test func aRetryGetsTheFirstIDAndStoresNothing() async throws {
    var log = try fixture.open()
    // In one transaction, in the next, and after a restart.
    try fixture.append([.message("a", once: "r1"), .message("a", once: "r1"), .message("b")])
    _ = await fixture.published(3)
    try fixture.append([.message("a", once: "r1")])
    _ = await fixture.published(4)
    #expect(log.stop())
    log = try fixture.open(now: { 50_000 })
    try fixture.append([.message("a", once: "r1")])
    let events = await fixture.published(5)
    #expect(LogFixture.messages(events).map(\.id) == [1, 1, 2, 1, 1])
    #expect(events.map(\.isRepeat) == [false, true, false, true, true])
    #expect(LogFixture.messages(events).last?.time.milliseconds == 1_000)
    #expect(try rows() == 2)
    let page = try await log.read(HistoryQuery(room: RoomID(1), .newest, limit: 10))
    #expect(page.messages.map(\.id) == [1, 2])
    #expect(log.stop())
  }

  @Test func aReferenceBelongsToANameAndToOneMessage() async throws {
    let log = try fixture.open()
    try fixture.append([
      .message("a", once: "r1"), .message("a", by: "bob", once: "r1"), .message("other", once: "r1"),
      .message("a", room: 2, once: "r1"),
    ])
    let events = await fixture.published(4)
    #expect(events.map(\.failure) == [nil, nil, .referenceUsed, .referenceUsed])
    #expect(try rows() == 2)
    #expect(log.isHealthy)
    #expect(log.stop())
  }

  @Test func aReferenceIsForgottenAfterADay() async throws {
    var log = try fixture.open(now: { 0 })
    try fixture.append([.message("a", once: "r1")])
    _ = await fixture.published(1)
    #expect(log.stop())
    log = try fixture.open(now: { References.lifetime })
    try fixture.append([.message("a", once: "r1"), .message("a", once: "r1")])
    #expect(LogFixture.messages(await fixture.published(3)).map(\.id) == [1, 2, 2])
    #expect(log.stop())
  }

  @Test func aReferenceIsForgottenAfterSoManyIDs() async throws {
    var log = try fixture.open()
    try fixture.append([.message("a", once: "r1"), .message("b", once: "r2")])
    _ = await fixture.published(2)
    #expect(log.stop())
    // The next id is too far away for the first reference, and not for the second.
    try Database(path: fixture.path, .readWrite).execute(
      "UPDATE state SET value = \(References.reach) WHERE key = 'last_id'")
    log = try fixture.open()
    try fixture.append([.message("b", once: "r2"), .message("a", once: "r1")])
    let events = await fixture.published(4)
    #expect(LogFixture.messages(events).map(\.id) == [1, 2, 2, MessageID(References.reach + 1)])
    #expect(events.map(\.isRepeat) == [false, false, true, false])
    #expect(log.stop())
  }

  @Test func aRetryIsRecognisedAfterIDsHaveJumped() async throws {
    var log = try fixture.open()
    try fixture.append([.message("a", once: "r1")])
    _ = await fixture.published(1)
    #expect(log.stop())
    try Database(path: fixture.path, .readWrite).execute("UPDATE state SET value = 1 WHERE key = 'unsynced'")
    log = try fixture.open()
    try fixture.append([.message("b"), .message("a", once: "r1")])
    #expect(LogFixture.messages(await fixture.published(3)).map(\.id) == [1, 1_000_002, 1])
    #expect(log.stop())
  }

  @Test func aMessageThatWasRemovedIsStillCompared() async throws {
    var log = try fixture.open()
    try fixture.append([.message("a", once: "r1")])
    _ = await fixture.published(1)
    #expect(log.stop())
    try Database(path: fixture.path, .readWrite).execute("DELETE FROM messages; DELETE FROM room_messages")
    log = try fixture.open()
    try fixture.append([
      .message("a", once: "r1"), .message("other", once: "r1"), .message("a", room: 2, once: "r1"),
    ])
    let events = await fixture.published(4)
    #expect(events.map(\.isRepeat) == [false, true, false, false])
    #expect(events.map(\.failure) == [nil, nil, .referenceUsed, .referenceUsed])
    #expect(log.stop())
  }

  @Test func whatADigestIsMadeOf() {
    let digest = References.digest(room: "Lobby", kind: 0, text: "a")
    #expect(digest == References.digest(room: "lOBBY", kind: 0, text: "a"))
    let others = [
      References.digest(room: "Lobbya", kind: 0, text: ""),
      References.digest(room: "Lobby", kind: 1, text: "a"),
      References.digest(room: "Lobby", kind: 0, text: "A"),
      References.digest(room: "Löbby", kind: 0, text: "a"),
    ]
    #expect(!others.contains(digest))
    #expect(References.key("ab", of: "c") != References.key("b", of: "ca"))
  }

  @Test func aPurgeTakesAStepOfWhatDoesNotCount() throws {
    let database = try Database(path: ":memory:", .readWrite)
    try Schema.migrate(database, path: "memory")
    let references = try References(database)
    for id in 1...Int64(References.purgeStep) + 100 {
      try references.insert(
        id: MessageID(id), time: id, key: Digest128(high: 0, low: UInt64(id)), digest: nil)
    }
    let rows = { try database.number("SELECT count(*) FROM refs") }
    // The place of which the first 600 are a day away.
    let place = Place(id: 1_000, time: Timestamp(milliseconds: 600 + References.lifetime))
    try references.purgeIfDue(at: place)
    #expect(try rows() == 100)
    // The next step is due when as many have come.
    try references.purgeIfDue(at: place)
    #expect(try rows() == 100)
    for _ in 0..<References.purgeStep / 2 {
      let message = Message(id: 1_001, room: "r", user: "u", text: "t", time: place.time)
      try references.remember(try MessageReference("r"), message)
    }
    try references.purgeIfDue(at: place)
    #expect(try database.number("SELECT min(id) FROM refs") == 601)
    #expect(try rows() == 13)
    // By id alone.
    let later = try References(database)
    try later.purgeIfDue(at: Place(id: MessageID(605 + References.reach), time: Timestamp(milliseconds: 0)))
    #expect(try database.number("SELECT min(id) FROM refs") == 606)
  }
}
