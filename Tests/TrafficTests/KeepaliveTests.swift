import Testing

@testable import Traffic

@Suite(.timeLimit(.minutes(5))) struct KeepaliveTests {
  private let timeouts = Keepalive.Timeouts(pingAfter: 90, pingTimeout: 60, registration: 30)

  @Test func aQuietPeerIsAskedOnceAndThenGone() {
    var keepalive = Keepalive(at: 1_000)
    #expect(keepalive.look(at: 1_089, timeouts) == .wait)
    #expect(keepalive.look(at: 1_095, timeouts) == .ping)
    #expect(keepalive.look(at: 1_154, timeouts) == .wait)
    #expect(keepalive.look(at: 1_155, timeouts) == .gone)
  }

  @Test func anAnswerBeginsAnew() {
    var keepalive = Keepalive(at: 0)
    #expect(keepalive.look(at: 90, timeouts) == .ping)
    keepalive.heard(at: 149)
    #expect(keepalive.look(at: 238, timeouts) == .wait)
    #expect(keepalive.look(at: 239, timeouts) == .ping)
  }

  @Test func withoutQuestionsOnlyTimeCounts() {
    var keepalive = Keepalive(at: 0)
    #expect(!keepalive.lasts(30, at: 29))
    #expect(keepalive.lasts(30, at: 30))
    keepalive.heard(at: 29)
    #expect(!keepalive.lasts(30, at: 58))
  }

  @Test func nobodyIsLookedAtTooSeldom() {
    #expect(timeouts.tick == 10)
    #expect(Keepalive.Timeouts().tick == 15_000)
  }
}
