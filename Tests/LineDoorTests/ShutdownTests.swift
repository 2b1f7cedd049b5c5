import ChatCore
import ChatTestSupport
import Delivery
import LineProtocol
import Reactor
import Testing
import Threads

@testable import LineDoor

/// What a session does at the end of the server.
@Suite(.timeLimit(.minutes(5))) struct ShutdownTests {
  private func say(_ count: Int, in fixture: LineDoorFixture) throws {
    let post = Request(
      SessionID(loop: 9, serial: 1),
      .post(try RoomName("lobby"), try MessageText("x"), as: try Nick("carl"), .user))
    fixture.order.submit(Array(repeating: post, count: count))
  }

  /// Its replay may be waiting for its turn, which comes after the farewell: nothing follows that.
  @Test func nothingIsReplayedAfterTheFarewell() async throws {
    // One entry a turn.
    let fixture = try LineDoorFixture(replayBytes: 1)
    defer { fixture.stop() }
    let peer = await fixture.connect()
    try say(20, in: fixture)
    // It is behind the posts.
    peer.send("NICK ann", "PING")
    _ = peer.lines(through: "PONG")
    await fixture.onLoop { shard in
      let reactor = shard.reactor
      var turns: Set<Int> = []
      reactor.atTurnEnd {
        var session: LineSession?
        shard.forEachParticipant { session = $0 as? LineSession }
        guard let session, session.subscriber.isReplaying else { return }
        turns.insert(reactor.turn)
        // In the next turn, before replays have their turns in it.
        if turns.count == 4 { reactor.after(milliseconds: 0) { session.shutDown() } }
      }
    }
    peer.send("JOIN lobby 0")
    let lines = peer.lines(through: "nothing")
    let shown = lines.filter { $0.hasPrefix("HIST") }.compactMap { Int($0.split(separator: " ")[2]) }
    #expect(!shown.isEmpty && shown.count < 20)
    #expect(Array(lines.suffix(2)) == ["RESUME lobby \(shown.count)", "BYE shutdown"])
    #expect(shown == Array(1...shown.count))
  }

  /// It was not told that its room could not be replayed, and has entered it again.
  @Test func aFailedReplayThatItWasNotToldOfIsResumed() async throws {
    let fixture = try LineDoorFixture()
    defer { fixture.stop() }
    let peer = await fixture.connect()
    try say(5, in: fixture)
    fixture.log.failReads(.unreadable(reason: "injected"))
    // More than the kernel takes for a peer that does not read.
    peer.send("NICK ann")
    for _ in 0..<80 { peer.send("PING \(String(repeating: "x", count: 8_000))") }
    peer.send("JOIN lobby 2", "JOIN lobby", "NICK bob")
    let nick = Lock<String?>(nil)
    while nick.withLock({ $0 }) != "bob" {
      await fixture.onLoop { shard in
        shard.forEachParticipant { participant in
          nick.withLock { $0 = (participant as? LineSession)?.books.nick?.text }
        }
      }
    }
    await fixture.onLoop { shard in shard.forEachParticipant { $0.shutDown() } }
    let lines = peer.lines(through: "nothing")
    #expect(lines.filter { $0.hasPrefix("ERR") }.isEmpty)
    #expect(Array(lines.suffix(2)) == ["RESUME lobby 2", "BYE shutdown"])
  }
}
