import LineProtocol
import Reactor
import Testing

@testable import Traffic

@Suite(.timeLimit(.minutes(5))) struct VisitorsTests {
  private func enter(_ visitors: Visitors, _ address: UInt32, at now: Int64 = 0) -> Visitor? {
    if case .admitted(let visitor) = visitors.admit(.v4(address), at: now) { visitor } else { nil }
  }

  private func refusal(_ visitors: Visitors, _ address: UInt32) -> ErrorCode? {
    if case .refused(let code, _) = visitors.admit(.v4(address), at: 0) { code } else { nil }
  }

  @Test func thereIsRoomForSoManyInAll() throws {
    let visitors = Visitors(TrafficLimits(connections: 2))
    let first = try #require(enter(visitors, 1))
    _ = try #require(enter(visitors, 2))
    #expect(refusal(visitors, 3) == .tooManyConnections)
    first.leave(at: 0)
    #expect(enter(visitors, 3) != nil)
    #expect(refusal(visitors, 1) == .tooManyConnections)
  }

  @Test func andForSoManyOfOneAddress() throws {
    let visitors = Visitors(TrafficLimits(perSecond: 20, connectionsPerAddress: 2))
    let first = try #require(enter(visitors, 1))
    _ = try #require(enter(visitors, 1))
    #expect(refusal(visitors, 1) == .tooManyConnections)
    #expect(enter(visitors, 2) != nil)
    first.leave(at: 0)
    #expect(enter(visitors, 1) != nil)
  }

  @Test func whoHasGoneIsForgottenWhenNothingIsLeftToRemember() throws {
    let visitors = Visitors(TrafficLimits(perSecond: 20))
    try #require(enter(visitors, 1)).leave(at: 1)
    #expect(visitors.counts == (0, 0))
    let busy = try #require(enter(visitors, 1))
    _ = busy.take(50_000, at: 0)
    busy.leave(at: 10)
    #expect(visitors.counts == (0, 1))
    #expect(refusal(visitors, 1) == .tooFast)
  }

  @Test func manyAddressesLeaveNothingBehind() throws {
    let visitors = Visitors(TrafficLimits(perSecond: 20))
    for address in 0..<100_000 {
      let now = Int64(address)
      // Gone at once, so each is still remembered for a moment.
      try #require(enter(visitors, UInt32(address), at: now)).leave(at: now)
      #expect(visitors.counts.addresses <= 1_025)
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
