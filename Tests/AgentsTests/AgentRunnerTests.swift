import ChatCore
import ChatTestSupport
import LineProtocol
import Testing
import Threads

@testable import Agents

@Suite(.timeLimit(.minutes(5))) struct AgentRunnerTests {
  /// Answers at once, but for what is said in one room, where it never does.
  private struct SlowIn: Agent {
    let room: String

    func answer(to message: Message) async -> String? {
      if message.room == room { await Self.never() }
      return "re: \(message.text)"
    }

    private static func never() async {
      let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
      for await _ in stream {}
      continuation.finish()
    }
  }

  private let store = MemoryStore()
  private let bus: LocalEventBus
  private let posted = AsyncStream.makeStream(of: String.self)

  init() { bus = LocalEventBus(log: store) }

  private func runner(_ agent: any Agent, in rooms: AgentRunner.Rooms = .all) throws -> AgentRunner {
    let (posted, store) = (posted.continuation, self.store)
    return AgentRunner(
      agent, named: try Nick("robot"), in: rooms, bus: bus, answersInARow: { true },
      post: { room, text, user, reference in
        posted.yield("\(room.text) \(text.string) \(reference.text)")
        return Message(
          id: store.applied, room: room.text, user: user.text, text: text.string,
          time: Timestamp(milliseconds: 0))
      }, failed: { Issue.record("\($0)") })
  }

  private func say(_ text: String, in room: String) {
    let message = Message(
      id: store.applied.next, room: room, user: "ann", text: text, time: Timestamp(milliseconds: 0))
    let event = Event(
      origin: SessionID(loop: 0, serial: 1),
      .message(message, in: RoomID(1), once: nil, before: RoomBefore(isStored: true, newest: 0)))
    store.add([event])
    bus.publish(Batch(events: [event]))
  }

  /// One slow answer does not hold up rooms of other lanes; a room's answers keep their order.
  @Test func aSlowAnswerHoldsUpNoOtherLane() async throws {
    let runner = try runner(SlowIn(room: "slow"))
    let other = try #require(
      (0..<100).map { "room\($0)" }.first { AgentRunner.lane(of: $0) != AgentRunner.lane(of: "slow") })
    say("a", in: "slow")
    for text in ["1", "2", "3"] { say(text, in: other) }
    let task = Task { await runner.run() }
    var answers = posted.stream.makeAsyncIterator()
    for (number, text) in ["1", "2", "3"].enumerated() {
      #expect(await answers.next() == "\(other) re: \(text) agent:\(number + 2)")
    }
    task.cancel()
    await task.value
  }

  @Test func answersOnlyInItsRooms() async throws {
    let runner = try runner(SlowIn(room: ""), in: .named([try RoomName("Ops")]))
    say("a", in: "other")
    say("b", in: "oPS")
    let task = Task { await runner.run() }
    var answers = posted.stream.makeAsyncIterator()
    #expect(await answers.next() == "oPS re: b agent:2")
    task.cancel()
    await task.value
  }

  @Test func roomsAreFoundByTheirNamesAsWritten() throws {
    let rooms = AgentRunner.Rooms.named([try RoomName("Ops"), try RoomName("é")])
    for name in ["ops", "OPS", "é"] { #expect(rooms.contains(name)) }
    // Another spelling of the accented letter is another room.
    for name in ["op", "opsx", "", "e\u{301}"] { #expect(!rooms.contains(name)) }
    #expect(AgentRunner.Rooms.all.contains("anything"))
  }
}
