import Testing

@testable import Traffic

@Suite(.timeLimit(.minutes(5))) struct QuietTests {
  private let patience = Quiet.Patience(pingAfter: 90, pingTimeout: 60, registration: 30)

  @Test func aQuietPeerIsAskedOnceAndThenGone() {
    var quiet = Quiet(at: 1_000)
    #expect(quiet.look(at: 1_089, patience) == .wait)
    #expect(quiet.look(at: 1_095, patience) == .ping)
    #expect(quiet.look(at: 1_154, patience) == .wait)
    #expect(quiet.look(at: 1_155, patience) == .gone)
  }

  @Test func anAnswerBeginsAnew() {
    var quiet = Quiet(at: 0)
    #expect(quiet.look(at: 90, patience) == .ping)
    quiet.heard(at: 149)
    #expect(quiet.look(at: 238, patience) == .wait)
    #expect(quiet.look(at: 239, patience) == .ping)
  }

  @Test func withoutQuestionsOnlyTimeCounts() {
    var quiet = Quiet(at: 0)
    #expect(!quiet.lasts(30, at: 29))
    #expect(quiet.lasts(30, at: 30))
    quiet.heard(at: 29)
    #expect(!quiet.lasts(30, at: 58))
  }

  @Test func nobodyIsLookedAtTooSeldom() {
    #expect(patience.tick == 10)
    #expect(Quiet.Patience().tick == 15_000)
  }
}
