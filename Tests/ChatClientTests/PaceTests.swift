import Testing

@testable import ChatClient

@Suite(.timeLimit(.minutes(5))) struct PaceTests {
  /// A sender that always has more, at a server that takes `burst` lines at once and then so many a second.
  /// Returns how many lines were answered in `duration` milliseconds, and for how long at most lines were
  /// held up without as much as two seconds of rest.
  private func send(perSecond: Int64, burst: Int64, for duration: Int64) -> (answers: Int, heldUp: Int64) {
    var pace = Pace()
    var (inFlight, answers, allowed, longest) = (0, 0, burst * 1000, Int64(0))
    var heldUpSince: Int64?
    for now in stride(from: Int64(0), to: duration, by: 50) {
      allowed = min(allowed + perSecond * 50, burst * 1000)
      if allowed >= 2 * perSecond * 1000 { heldUpSince = nil }
      while inFlight > 0, allowed >= 1000 {
        allowed -= 1000
        inFlight -= 1
        answers += 1
        pace.answered()
      }
      if inFlight > 0 { heldUpSince = heldUpSince ?? now }
      longest = max(longest, now - (heldUpSince ?? now))
      let more = pace.allowance(inFlight: inFlight, at: now)
      inFlight += more
      #expect(inFlight <= Pace.window)
    }
    return (answers, longest)
  }

  @Test func aSenderThatIsHeldUpRestsBeforeItIsThrownOut() {
    let (answers, heldUp) = send(perSecond: 20, burst: 1000, for: 600_000)
    #expect(heldUp < 30_000)
    // Resting costs nothing: what may be sent adds up meanwhile.
    #expect(answers > 1000 + 20 * 590)
  }

  @Test func aSenderThatIsNotHeldUpDoesNotRest() {
    let (answers, _) = send(perSecond: 5120, burst: 5120, for: 60_000)
    #expect(answers == 1199 * 256)
  }

  @Test func soManyAreUnderWay() {
    var pace = Pace()
    #expect(pace.allowance(inFlight: 0, at: 0) == 256)
    #expect(pace.allowance(inFlight: 200, at: 0) == 56)
    #expect(pace.allowance(inFlight: 300, at: 1) == 0)
  }

  @Test func aSenderWithPausesOfItsOwnIsLeftAlone() {
    var pace = Pace()
    for second in Int64(0)..<100 {
      #expect(pace.allowance(inFlight: 0, at: second * 1000) == 256)
      #expect(pace.allowance(inFlight: 1, at: second * 1000 + 500) == 255)
    }
  }
}
