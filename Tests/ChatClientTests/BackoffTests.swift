import Testing

@testable import ChatClient

struct BackoffTests {
  @Test func doublesUpToFiveSecondsAndStartsAnew() {
    var backoff = Backoff()
    #expect((0..<7).map { _ in backoff.next() } == [200, 400, 800, 1600, 3200, 5000, 5000])
    backoff.reset()
    #expect(backoff.next() == 200)
  }
}
