import ChatCore
import Testing
import Traffic

@testable import LineChatServer

/// What the options come to.
@Suite(.timeLimit(.minutes(5))) struct LimitsTests {
  @Test func theDefaults() throws {
    let limits = try ServerConfiguration().trafficLimits(descriptors: 10_096)
    #expect(limits.session?.perSecond == 20)
    #expect(limits.session?.burst == 1_000)
    #expect(limits.address?.perSecond == 1_000)
    #expect(limits.address?.burst == 50_000)
    #expect(limits.connections == 10_000)
    #expect(limits.connectionsPerAddress == 4_096)
    #expect(ServerConfiguration().policy.roomsPerSession == 1_000)
  }

  @Test func withoutARateThereIsNoLimitForSessionsAndAddresses() throws {
    var configuration = ServerConfiguration()
    configuration.rateLimit = .off
    configuration.maxConnections = 5
    let limits = try configuration.trafficLimits(descriptors: 101)
    #expect(limits.session == nil && limits.address == nil)
    #expect(limits.connections == 5)
    #expect(limits.connectionsPerAddress == .max)
    #expect(configuration.policy.roomsPerSession == .max)
    #expect(configuration.policy.rooms == 1_000_000)
  }

  @Test func tooFewDescriptorsAreRefused() throws {
    #expect(try ServerConfiguration().trafficLimits(descriptors: 128).connections == 32)
    for descriptors in [0, 97, 127] {
      #expect(throws: DescriptorShortage(allowed: descriptors, needed: 128)) {
        try ServerConfiguration().trafficLimits(descriptors: descriptors)
      }
    }
    var small = ServerConfiguration()
    small.maxConnections = 5
    #expect(try small.trafficLimits(descriptors: 101).connections == 5)
    #expect(throws: DescriptorShortage(allowed: 100, needed: 101)) {
      try small.trafficLimits(descriptors: 100)
    }
  }
}
