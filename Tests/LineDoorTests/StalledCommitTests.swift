import ChatCore
import ChatTestSupport
import LineProtocol
import TestSupport
import Testing

@testable import LineDoor

/// What cannot be brought about from outside: a commit that stalls.
@Suite(.timeLimit(.minutes(5))) struct StalledCommitTests {
  /// Lists tell what was committed, and wait for no commit.
  @Test func listsAreAnswered() async throws {
    let fixture = try LineDoorFixture()
    defer { fixture.stop() }
    let (plain, irc) = (await fixture.connect(), await fixture.connect())
    plain.send("NICK ann", "JOIN lobby")
    #expect(plain.lines(through: "OK JOIN").last == "OK JOIN lobby 0")
    irc.send("NICK ben", "USER ben 0 * ben", "JOIN #lobby")
    #expect(irc.lines(through: ":linechat 366").last == ":linechat 366 ben #lobby :End of /NAMES list")
    #expect(plain.lines(through: "JOIN") == ["JOIN lobby ben"])
    let (stalled, gate) = (Semaphore(), Semaphore())
    fixture.log.beforeCommit {
      stalled.signal()
      gate.wait()
    }
    let other = Request.Action.post(
      try RoomName("other"), try MessageText("x"), as: try Nick("carl"), .user)
    fixture.order.submit([Request(SessionID(loop: 9, serial: 1), other)])
    stalled.wait()
    plain.send("NAMES lobby", "ROOMS")
    #expect(
      plain.lines(through: "END ROOMS") == [
        "NAMES lobby ann ben", "END lobby", "ROOM lobby 2", "END ROOMS",
      ])
    irc.send("NAMES #lobby", "LIST")
    #expect(
      irc.lines(through: ":linechat 323").filter { !$0.hasPrefix(":linechat 321") } == [
        ":linechat 353 ben = #lobby :ann ben", ":linechat 366 ben #lobby :End of /NAMES list",
        ":linechat 322 ben #lobby 2 :", ":linechat 323 ben :End of /LIST",
      ])
    // All were answered before this.
    gate.signal()
  }
}
