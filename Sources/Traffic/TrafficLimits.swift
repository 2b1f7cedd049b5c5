/// How many may come, and how fast they may send.
///
/// What is counted is units: a line, a WebSocket frame, an HTTP request or a connection is one, and so are
/// ``unitBytes`` bytes, if that is more.
public struct TrafficLimits: Sendable, Equatable {
  /// A unit's bytes: as many as the longest line has.
  public static let unitBytes = 8_192
  /// What each connection may send at once, however slow it must be afterwards.
  public static let burst = 1_000
  /// How many connections' worth of units one address has. Generous: all scripts of a team may run on one
  /// machine.
  public static let connectionsWorth = 50

  /// Units that one connection may send; nil: any number.
  public let session: TokenBucket.Rate?
  /// Units that all connections of one address may send; nil: any number.
  public let address: TokenBucket.Rate?
  /// Milliseconds that a connection may go on sending too fast, during all of which it is held up, before it
  /// is ended.
  public let floodTimeout: Int64
  /// Connections there may be in all, and of one address.
  public let connections: Int
  public let connectionsPerAddress: Int

  /// `perSecond`: units of one connection; nil lifts the limits of addresses too.
  public init(
    perSecond: Int? = nil, floodTimeout: Int64 = 300_000, connections: Int = .max,
    connectionsPerAddress: Int = .max
  ) {
    session = perSecond.map { TokenBucket.Rate(perSecond: $0, burst: max($0, Self.burst)) }
    address = session.map {
      TokenBucket.Rate(
        perSecond: $0.perSecond * Self.connectionsWorth, burst: $0.burst * Self.connectionsWorth)
    }
    self.floodTimeout = floodTimeout
    self.connections = connections
    self.connectionsPerAddress = perSecond == nil ? .max : connectionsPerAddress
  }
}
