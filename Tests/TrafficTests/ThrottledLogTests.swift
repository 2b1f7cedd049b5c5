import Reactor
import Testing
import Threads

@testable import Traffic

@Suite(.timeLimit(.minutes(5))) struct ThrottledLogTests {
  private final class Lines: Sendable {
    let all = Lock<[String]>([])
    func add(_ line: String) { all.withLock { $0.append(line) } }
    func taken() -> [String] {
      all.withLock { lines in
        defer { lines = [] }
        return lines
      }
    }
  }

  @Test func aFloodOfThemIsNotOneOfLines() {
    let lines = Lines()
    let log = ThrottledLog { lines.add($0) }
    for number in 0..<1_000 { log.report("incident \(number)", at: 0) }
    #expect(lines.taken() == (0..<20).map { "incident \($0)" })
    log.report("too early", at: 999)
    log.report("late", at: 1_000)
    log.report("too early again", at: 1_001)
    #expect(lines.taken() == ["late (before it, 981 were not logged)"])
    log.report("later", at: 2_000)
    log.report("much later", at: 100_000)
    #expect(lines.taken() == ["later (before it, 1 were not logged)", "much later"])
  }

  @Test func visitorsAreNamed() {
    let lines = Lines()
    let connectionLimiter = ConnectionLimiter(TrafficLimits(), log: ThrottledLog { lines.add($0) })
    guard case .admitted(let limiter) = connectionLimiter.admit(.v4(UInt32(bigEndian: 0x7F00_0001)), at: 0)
    else {
      Issue.record("not admitted")
      return
    }
    limiter.report("cut off", "alice", "does not read", at: 0)
    limiter.report("held up", nil, "sends too fast", at: 0)
    #expect(
      lines.taken() == [
        "cut off: alice at 127.0.0.1 does not read",
        "held up: somebody without a nick at 127.0.0.1 sends too fast",
      ])
  }

  @Test func aSessionIsTooFastUntilItTakesABreath() throws {
    guard case .admitted(let limiter) = ConnectionLimiter(TrafficLimits(perSecond: 20)).admit(.v4(1), at: 0)
    else {
      Issue.record("not admitted")
      return
    }
    var throttle = Throttle(limiter)
    throttle.take(1_000, at: 0)
    #expect(!throttle.isTooFast)
    _ = throttle.exceeded(at: 0)
    #expect(throttle.isTooFast)
    _ = throttle.allowance(at: 100)
    #expect(throttle.isTooFast)
    _ = throttle.allowance(at: 2_000)
    #expect(!throttle.isTooFast)
  }
}
