import Testing

@testable import ChatClient

@Suite(.timeLimit(.minutes(5))) struct BackoffTests {
  /// Numbers that are spread evenly (a Weyl sequence), the same ones each time.
  private struct Spread: RandomNumberGenerator {
    var state: UInt64 = 0

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      return state
    }
  }

  @Test func doublesUpToFiveSecondsAndStartsAnew() {
    var numbers = Spread()
    var backoff = Backoff()
    for longest: Int64 in [200, 400, 800, 1600, 3200, 5000, 5000] {
      #expect((longest / 2...longest).contains(backoff.next(using: &numbers)))
    }
    backoff.reset()
    #expect((100...200).contains(backoff.next(using: &numbers)))
  }

  @Test func clientsThatLostTheServerTogetherComeBackOneByOne() {
    var numbers = Spread()
    let pauses = (0..<1000).map { _ in
      var backoff = Backoff()
      _ = backoff.next(using: &numbers)
      return backoff.next(using: &numbers)
    }
    #expect(Set(pauses).count > 150)
    // As many come in each quarter of the time.
    for quarter: Int64 in 0..<4 {
      let come = pauses.count { (200 + quarter * 50..<250 + quarter * 50).contains($0) }
      #expect((150...350).contains(come))
    }
  }

  @Test func everyPauseDiffersWithoutASeed() {
    #expect(
      Set(
        (0..<100).map { _ in
          var backoff = Backoff()
          return backoff.next()
        }
      ).count > 1)
  }
}
