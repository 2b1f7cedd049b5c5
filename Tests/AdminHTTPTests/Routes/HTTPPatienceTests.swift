import Testing

@testable import AdminHTTP

@Suite(.timeLimit(.minutes(5))) struct HTTPPatienceTests {
  private typealias Verdict = HTTPPatience.Verdict

  private func verdicts(_ phases: [HTTPPatience.Phase]) -> [Verdict] {
    var patience = HTTPPatience()
    return phases.map { patience.tick($0) }
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
    var patience = HTTPPatience()
    #expect(patience.tick(.receiving) == .wait)
    patience.progressed()
    #expect(patience.tick(.receiving) == .wait)
    #expect(patience.tick(.receiving) == .refuse)
  }
}
