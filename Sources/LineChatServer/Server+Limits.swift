import ChatCore
import Delivery

extension ServerConfiguration {
  /// Descriptors that are not for connections: the log's files, the loops, the listeners, and connections that are turned away.
  private static let reservedDescriptors = 64 + TurnedAway.atOnce

  /// `descriptors`: how many the process may have.
  func trafficLimits(descriptors: Int) -> TrafficLimits {
    TrafficLimits(
      perSecond: rateLimit.perSecond, floodPatience: floodTimeout,
      connections: maxConnections ?? max(1, descriptors - Self.reservedDescriptors),
      connectionsPerAddress: maxConnectionsPerAddress)
  }

  var hubLimits: HubLimits {
    HubLimits(
      roomsPerSession: rateLimit == .off ? .max : maxRoomsPerSession, rooms: maxRooms)
  }

  var patience: Quiet.Patience {
    Quiet.Patience(pingAfter: pingAfter, pingTimeout: pingTimeout, registration: registerTimeout)
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
