import Testing

@testable import LineChatServer

/// What the options come to.
struct LimitsTests {
  @Test func theDefaults() {
    let limits = ServerConfiguration().trafficLimits(descriptors: 10_096)
    #expect(limits.session?.perSecond == 20)
    #expect(limits.session?.burst == 1_000)
    #expect(limits.address?.perSecond == 1_000)
    #expect(limits.address?.burst == 50_000)
    #expect(limits.connections == 10_000)
    #expect(limits.connectionsPerAddress == 4_096)
    #expect(ServerConfiguration().hubLimits.roomsPerSession == 1_000)
  }

  @Test func withoutARateThereIsNoLimitForSessionsAndAddresses() {
    var configuration = ServerConfiguration()
    configuration.rateLimit = .off
    configuration.maxConnections = 5
    let limits = configuration.trafficLimits(descriptors: 100)
    #expect(limits.session == nil && limits.address == nil)
    #expect(limits.connections == 5)
    #expect(limits.connectionsPerAddress == .max)
    #expect(configuration.hubLimits.roomsPerSession == .max)
    #expect(configuration.hubLimits.rooms == 1_000_000)
  }

  @Test func thereIsAlwaysRoomForOne() {
    #expect(ServerConfiguration().trafficLimits(descriptors: 3).connections == 1)
  }
}
