import ChatCore
import LineProtocol
import Testing

@testable import ChatStore

@Suite(.timeLimit(.minutes(5))) struct ReferenceTests {
  private let fixture = LogFixture()

  private func message(_ text: String, _ reference: String, room: Int64 = 1, by user: String = "alice") throws
    -> Event
  {
    var event = LogFixture.message(text, room: room)
    if user != "alice", case .message(let id, let message) = event.change {
      event = Event(
        origin: event.origin,
        .message(
          id, Message(id: 0, room: message.room, user: user, text: text, time: Timestamp(milliseconds: 0))))
    }
    event.reference = try MessageReference(reference)
    return event
  }

  private func rows() throws -> Int64? {
    try Database(path: fixture.directory + "/linechat.db", .readOnly).number("SELECT count(*) FROM messages")
  }

  @Test func aRetryGetsTheFirstIDAndStoresNothing() async throws {
    var log = try fixture.open()
    // In one transaction, in the next, and after a restart.
    log.append([try message("a", "r1"), try message("a", "r1"), LogFixture.message("b")])
    _ = await fixture.published(3)
    log.append([try message("a", "r1")])
    _ = await fixture.published(4)
    #expect(log.stop())
    log = try fixture.open(now: { 50_000 })
    log.append([try message("a", "r1")])
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
    log.append([
      try message("a", "r1"), try message("a", "r1", by: "bob"), try message("other", "r1"),
      try message("a", "r1", room: 2),
    ])
    let events = await fixture.published(4)
    #expect(events.map(\.failure) == [nil, nil, .referenceUsed("r1"), .referenceUsed("r1")])
    #expect(try rows() == 2)
    #expect(log.isHealthy)
    #expect(log.stop())
  }

  @Test func aReferenceIsForgottenAfterADay() async throws {
    var log = try fixture.open(now: { 0 })
    log.append([try message("a", "r1")])
    _ = await fixture.published(1)
    #expect(log.stop())
    log = try fixture.open(now: { References.lifetime })
    log.append([try message("a", "r1"), try message("a", "r1")])
    #expect(LogFixture.messages(await fixture.published(3)).map(\.id) == [1, 2, 2])
    #expect(log.stop())
  }
}
