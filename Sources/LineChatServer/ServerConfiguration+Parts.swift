import Agents
import ChatCore
import Delivery
import Traffic

extension ServerConfiguration.AgentRooms {
  var runnerRooms: AgentRunner.Rooms {
    switch self {
    case .all: .all
    case .named(let names): .named(Set(names))
    }
  }
}

extension ServerConfiguration {
  /// Descriptors that are not for connections: the log's files, the loops, the listeners, and connections
  /// that are turned away.
  private static let reservedDescriptors = 64 + RejectedConnection.atOnce
  /// With fewer connections, unless they were asked for, the limit of descriptors was probably set for
  /// another purpose.
  private static let leastConnections = 32

  /// `descriptors`: how many the process may have.
  func trafficLimits(descriptors: Int) throws(DescriptorShortage) -> TrafficLimits {
    let connections = descriptors - Self.reservedDescriptors
    let needed = min(maxConnections ?? Self.leastConnections, Self.leastConnections)
    if connections < needed {
      throw DescriptorShortage(allowed: descriptors, needed: Self.reservedDescriptors + needed)
    }
    return TrafficLimits(
      perSecond: rateLimit.perSecond, floodTimeout: floodTimeout,
      connections: maxConnections ?? connections,
      connectionsPerAddress: maxConnectionsPerAddress)
  }

  /// What decisions need of the options.
  var policy: Policy {
    Policy(
      roomsPerSession: rateLimit == .off ? .max : maxRoomsPerSession, rooms: maxRooms,
      reserved: agentEnabled ? agentName : nil)
  }

  var timeouts: Keepalive.Timeouts {
    Keepalive.Timeouts(pingAfter: pingAfter, pingTimeout: pingTimeout, registration: registerTimeout)
  }
}

/// The process may have fewer descriptors than a server needs.
struct DescriptorShortage: Error, Equatable, CustomStringConvertible {
  let allowed: Int
  let needed: Int

  var description: String {
    """
    this process may open \(allowed) files, and needs at least \(needed); \
    raise the hard limit with ulimit -Hn, or LimitNOFILE= in a unit of systemd
    """
  }
}

extension ServerConfiguration.RateLimit {
  fileprivate var perSecond: Int? {
    switch self {
    case .off: nil
    case .perSecond(let number): number
    }
  }
}
