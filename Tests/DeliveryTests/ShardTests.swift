import Testing
import Threads

@testable import Delivery

struct ShardTests {
  /// The log may have found room between a look at it and this; then no batch follows that would tell.
  @Test func whoWaitsForALogThatHasRoomGoesOnAtOnce() async throws {
    let fixture = try ChatFixture(loops: 1)
    let hasRun = Run()
    await fixture.on(0) { shard in shard.whenLogHasRoom { hasRun.flag.withLock { $0 = true } } }
    #expect(hasRun.flag.withLock { $0 })
    fixture.stop()
  }

  private final class Run: Sendable {
    let flag = Lock(false)
  }
}
