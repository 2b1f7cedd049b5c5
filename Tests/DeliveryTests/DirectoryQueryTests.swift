import ChatCore
import ChatTestSupport
import LineProtocol
import TestSupport
import Testing

@testable import Delivery

@Suite(.timeLimit(.minutes(5))) struct DirectoryQueryTests {
  private let room: RoomName
  init() throws { room = try RoomName("room") }

  /// A session that joins, and asks who is there when it was told so.
  private final class Newcomer: Participant {
    private let shard: Shard
    private let room: RoomName
    private let listed: @Sendable ([Nick]) -> Void
    private var id = SessionID(loop: 0, serial: 0)
    /// A shard does not own its participants.
    private var kept: Newcomer?

    static func join(
      _ shard: Shard, _ nick: Nick, _ room: RoomName, _ listed: @escaping @Sendable ([Nick]) -> Void
    ) {
      let newcomer = Newcomer(shard, room, listed)
      newcomer.kept = newcomer
      newcomer.id = shard.enter(newcomer, output: nil, format: FormatID(0))
      shard.request(newcomer.id, .claim(nick))
      shard.request(newcomer.id, .join(room, after: nil))
    }

    private init(_ shard: Shard, _ room: RoomName, _ listed: @escaping @Sendable ([Nick]) -> Void) {
      (self.shard, self.room, self.listed) = (shard, room, listed)
    }

    func received(_ event: Event) {
      guard case .joined(let joining) = event.kind else { return }
      shard.ask(.members(room)) { [self] answer in
        if case .members(_, let names, next: _) = answer { listed(names) } else { listed([]) }
        shard.leave(id, rooms: [joining.room], reason: "")
        kept = nil
      }
    }

    func probe() {}
    func shutDown() {}
  }

  @Test(arguments: [0, 1]) func whoWasToldOfHisJoinFindsHimself(loop: Int) async throws {
    let fixture = try ChatFixture(loops: 2)
    defer { fixture.stop() }
    let (lists, listed) = AsyncStream.makeStream(of: [Nick].self)
    var next = lists.makeAsyncIterator()
    let room = self.room
    for round in 0..<500 {
      let nick = try Nick("n\(round)")
      await fixture.on(loop) { shard in Newcomer.join(shard, nick, room) { listed.yield($0) } }
      #expect(try #require(await next.next()).contains(nick))
    }
  }

  /// Lists tell what was committed, and wait for no commit.
  @Test(arguments: [0, 1]) func listsAreAnsweredWhileACommitStalls(loop: Int) async throws {
    let fixture = try ChatFixture(loops: 2)
    defer { fixture.stop() }
    let ann = try await Guest(fixture, on: 1)
    await ann.request(.claim(try Nick("ann")), .join(room, after: nil), .setTopic(room, "old"))
    let (stalled, gate) = (Semaphore(), Semaphore())
    fixture.log.beforeCommit {
      stalled.signal()
      gate.wait()
    }
    let id = ann.id
    fixture.order.submit([
      Request(id, .setTopic(room, "new")), Request(id, .join(try RoomName("other"), after: nil)),
    ])
    stalled.wait()
    let (answers, answered) = AsyncStream.makeStream(of: DirectoryAnswer.self)
    var next = answers.makeAsyncIterator()
    let room = self.room
    await fixture.on(loop) { shard in
      for query in [DirectoryQuery.members(room), .rooms(), .room(room), .count] {
        shard.ask(query) { answered.yield($0) }
      }
    }
    var lists: [DirectoryAnswer] = []
    for _ in 0..<4 { lists.append(try #require(await next.next())) }
    // All were answered before this.
    gate.signal()
    guard case .members(let description, let names, next: nil) = lists[0], case .rooms(let rooms) = lists[1],
      case .room(let same) = lists[2], case .count(let sessions, _, let count) = lists[3]
    else {
      Issue.record("\(lists)")
      return
    }
    #expect(try names == [Nick("ann")])
    #expect(description.topic?.text == "old" && same.topic?.text == "old")
    #expect(rooms.elements.map(\.name) == [room] && !rooms.hasMore)
    #expect(sessions == 1 && count == 1)
  }
}
