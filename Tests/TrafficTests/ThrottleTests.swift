import LineProtocol
import Reactor
import Testing
import Threads

@testable import Traffic

@Suite(.timeLimit(.minutes(5))) struct ThrottleTests {
  private func limiter(_ limits: TrafficLimits) throws -> AddressLimiter {
    guard case .admitted(let limiter) = ConnectionLimiter(limits).admit(.v4(1), at: 0) else {
      throw Refused()
    }
    return limiter
  }

  private struct Refused: Error {}

  @Test func aBurstIsNeverHeldUp() throws {
    var throttle = Throttle(try limiter(TrafficLimits(perSecond: 1)))
    for _ in 0..<1_000 {
      #expect(throttle.allowance(at: 0) > 0)
      throttle.take(1, at: 0)
    }
    #expect(throttle.allowance(at: 0) == 0)
    #expect(throttle.exceeded(at: 0) == .pause(milliseconds: 1_000))
  }

  @Test func aFloodIsHeldUpAndThenEnded() throws {
    var throttle = Throttle(try limiter(TrafficLimits(perSecond: 20, floodTimeout: 10_000)))
    var now: Int64 = 0
    var taken = 0
    while true {
      let allowance = throttle.allowance(at: now)
      taken += allowance
      throttle.take(allowance, at: now)
      guard case .pause(let milliseconds) = throttle.exceeded(at: now) else { break }
      #expect(milliseconds == 100)
      now += milliseconds
    }
    #expect(now == 10_000)
    #expect(taken == 1_000 + 20 * 10)
    #expect(throttle.exceeded(at: now) == .end(wait: 50))
  }

  @Test func aBreathEndsTheCount() throws {
    var throttle = Throttle(try limiter(TrafficLimits(perSecond: 20, floodTimeout: 10_000)))
    throttle.take(1_000, at: 0)
    _ = throttle.exceeded(at: 0)
    #expect(throttle.allowance(at: 9_000) == 180)
    throttle.take(180, at: 9_000)
    // Ten seconds after the first time, but there was a pause in between.
    #expect(throttle.exceeded(at: 10_000) == .pause(milliseconds: 100))
    #expect(throttle.exceeded(at: 20_000) == .end(wait: 39))
  }

  @Test func bytesCountToo() throws {
    var throttle = Throttle(try limiter(TrafficLimits(perSecond: 20)))
    throttle.take(1, bytes: 100 * 8_192, at: 0)
    #expect(throttle.allowance(at: 0) == 900)
    throttle.take(3, bytes: 8_192, at: 0)
    #expect(throttle.allowance(at: 0) == 897)
  }

  @Test func allConnectionsOfAnAddressShareItsRate() throws {
    let connectionLimiter = ConnectionLimiter(TrafficLimits(perSecond: 20))
    var throttles: [Throttle] = []
    for _ in 0..<60 {
      guard case .admitted(let limiter) = connectionLimiter.admit(.v4(1), at: 0) else { throw Refused() }
      throttles.append(Throttle(limiter))
    }
    var taken = 60
    for index in throttles.indices {
      let allowance = throttles[index].allowance(at: 0)
      throttles[index].take(allowance, at: 0)
      taken += allowance
      if throttles[index].allowance(at: 0) == 0, index == 49 { break }
    }
    #expect(taken == 50_060)
    // Who has sent nothing yet finds out with the first that it sends.
    throttles[59].take(1, at: 0)
    #expect(throttles[59].allowance(at: 0) == 0)
    #expect(throttles[59].exceeded(at: 0) == .pause(milliseconds: 100))
    #expect(throttles[59].allowance(at: 100) > 0)
    guard case .refused(.tooFast, retryAfter: 1) = connectionLimiter.admit(.v4(1), at: 0) else {
      throw Refused()
    }
    guard case .admitted = connectionLimiter.admit(.v4(2), at: 0) else { throw Refused() }
  }

  @Test func requestsAreToldWhenToComeBack() throws {
    var throttle = Throttle(try limiter(TrafficLimits(perSecond: 1)))
    for _ in 0..<1_000 { #expect(throttle.admit(bytes: 10, at: 0) == nil) }
    #expect(throttle.admit(bytes: 10, at: 0) == 1)
    #expect(throttle.admit(bytes: 10, at: 999) == 1)
    #expect(throttle.admit(bytes: 10, at: 1_000) == nil)
  }

  @Test func aRequestIsLoggedByTheNameItGives() throws {
    let lines = Lock<[String]>([])
    let log = ThrottledLog { line in lines.withLock { $0.append(line) } }
    let address = PeerAddress.v4(UInt32(bigEndian: 0x7F00_0001))
    for name in ["alice", nil] {
      let admission = ConnectionLimiter(TrafficLimits(perSecond: 1), log: log).admit(address, at: 0)
      guard case .admitted(let limiter) = admission else { throw Refused() }
      var throttle = Throttle(limiter)
      // Of what is let in the name is not looked at.
      for _ in 0..<1_000 { #expect(throttle.admit(bytes: 10, by: looked(), at: 0) == nil) }
      for _ in 0..<3 { #expect(throttle.admit(bytes: 10, by: name, at: 0) == 1) }
    }
    #expect(
      lines.withLock(\.self) == [
        "held up: alice at 127.0.0.1 asks too fast", "held up: 127.0.0.1 asks too fast",
      ])
  }

  private func looked() -> String? {
    Issue.record("the name of a request that is let in was looked at")
    return nil
  }

  @Test func offIsOff() throws {
    var throttle = Throttle(try limiter(TrafficLimits()))
    throttle.take(1_000_000_000, bytes: .max, at: 0)
    #expect(throttle.allowance(at: 0) == .max)
    #expect(throttle.admit(bytes: .max, at: 0) == nil)
  }
}
