import LineProtocol
import Reactor
import Testing

@testable import Traffic

@Suite(.timeLimit(.minutes(5))) struct ConnectionLimiterTests {
  private func enter(_ connectionLimiter: ConnectionLimiter, _ address: UInt32, at now: Int64 = 0)
    -> AddressLimiter?
  {
    if case .admitted(let limiter) = connectionLimiter.admit(.v4(address), at: now) { limiter } else { nil }
  }

  private func refusal(_ connectionLimiter: ConnectionLimiter, _ address: UInt32) -> ErrorCode? {
    if case .refused(let code, _) = connectionLimiter.admit(.v4(address), at: 0) { code } else { nil }
  }

  @Test func thereIsRoomForSoManyInAll() throws {
    let connectionLimiter = ConnectionLimiter(TrafficLimits(connections: 2))
    let first = try #require(enter(connectionLimiter, 1))
    _ = try #require(enter(connectionLimiter, 2))
    #expect(refusal(connectionLimiter, 3) == .tooManyConnections)
    first.leave(at: 0)
    #expect(enter(connectionLimiter, 3) != nil)
    #expect(refusal(connectionLimiter, 1) == .tooManyConnections)
  }

  @Test func andForSoManyOfOneAddress() throws {
    let connectionLimiter = ConnectionLimiter(TrafficLimits(perSecond: 20, connectionsPerAddress: 2))
    let first = try #require(enter(connectionLimiter, 1))
    _ = try #require(enter(connectionLimiter, 1))
    #expect(refusal(connectionLimiter, 1) == .tooManyConnections)
    #expect(enter(connectionLimiter, 2) != nil)
    first.leave(at: 0)
    #expect(enter(connectionLimiter, 1) != nil)
  }

  @Test func whoHasGoneIsForgottenWhenNothingIsLeftToRemember() throws {
    let connectionLimiter = ConnectionLimiter(TrafficLimits(perSecond: 20))
    try #require(enter(connectionLimiter, 1)).leave(at: 1)
    #expect(connectionLimiter.counts == (0, 0))
    let busy = try #require(enter(connectionLimiter, 1))
    _ = busy.take(50_000, at: 0)
    busy.leave(at: 10)
    #expect(connectionLimiter.counts == (0, 1))
    #expect(refusal(connectionLimiter, 1) == .tooFast)
  }

  @Test func manyAddressesLeaveNothingBehind() throws {
    let connectionLimiter = ConnectionLimiter(TrafficLimits(perSecond: 20))
    for address in 0..<100_000 {
      let now = Int64(address)
      // Gone at once, so each is still remembered for a moment.
      try #require(enter(connectionLimiter, UInt32(address), at: now)).leave(at: now)
      #expect(connectionLimiter.counts.addresses <= 1_025)
    }
  }

  @Test func hostsWithOnePrefixAreOne() throws {
    func peer(_ host: String) throws -> PeerAddress {
      try #require(try SocketAddress.resolve(host: host, port: 1).first).peer
    }
    #expect(try peer("2001:db8::1") == peer("2001:db8:0:0:ffff::9"))
    #expect(try peer("2001:db8::1") != peer("2001:db8:0:1::1"))
    #expect(try peer("192.0.2.1") == peer("192.0.2.1"))
    #expect(try peer("192.0.2.1") != peer("192.0.2.2"))
  }
}
