import Testing

@testable import AdminHTTP

@Suite(.timeLimit(.minutes(5))) struct HTTPTimeoutsTests {
  private typealias Verdict = HTTPTimeouts.Verdict

  private func verdicts(_ phases: [HTTPTimeouts.Phase]) -> [Verdict] {
    var timeouts = HTTPTimeouts()
    return phases.map { timeouts.tick($0) }
  }

  @Test func anIdleConnectionIsKeptForAWhile() {
    #expect(verdicts(Array(repeating: .idle, count: 4)) == [.wait, .wait, .wait, .close])
  }

  @Test func aRequestMustArrive() { #expect(verdicts([.receiving, .receiving]) == [.wait, .refuse]) }

  @Test func anAnswerThatIsOwedIsWaitedFor() {
    #expect(verdicts(Array(repeating: .answering, count: 9)) == Array(repeating: .wait, count: 9))
  }

  @Test func aReaderMustRead() {
    #expect(verdicts([.sending(9), .sending(8), .sending(7)]) == [.wait, .wait, .wait])
    #expect(verdicts([.sending(9), .sending(9), .sending(9)]) == [.wait, .wait, .close])
  }

  @Test func progressBeginsAnew() {
    var timeouts = HTTPTimeouts()
    #expect(timeouts.tick(.receiving) == .wait)
    timeouts.progressed()
    #expect(timeouts.tick(.receiving) == .wait)
    #expect(timeouts.tick(.receiving) == .refuse)
  }
}
