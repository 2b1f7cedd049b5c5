/// How long a peer has been quiet, and whether it was asked if it is still there. A pure value: the caller
/// brings the time, in milliseconds of a clock that never goes back.
public struct Keepalive: Sendable {
  /// How long a peer may be quiet.
  public struct Timeouts: Sendable, Equatable {
    /// Milliseconds of quiet after which a peer is asked.
    public var pingAfter: Int64
    /// Milliseconds that one has to answer.
    public var pingTimeout: Int64
    /// Milliseconds of quiet that one without a name has.
    public var registration: Int64

    public init(pingAfter: Int64 = 90_000, pingTimeout: Int64 = 60_000, registration: Int64 = 60_000) {
      self.pingAfter = pingAfter
      self.pingTimeout = pingTimeout
      self.registration = registration
    }

    /// How often to look, so that nobody gets a quarter more than the least of these.
    public var tick: Int64 { max(10, min(pingAfter, pingTimeout, registration) / 4) }
  }

  public enum Verdict: Sendable {
    case wait
    /// Ask now.
    case ping
    /// It has not answered.
    case gone
  }

  private var since: Int64
  private var isAsked = false

  public init(at now: Int64) { since = now }

  /// Something came.
  public mutating func heard(at now: Int64) {
    since = now
    isAsked = false
  }

  /// Looks at a peer that can be asked.
  public mutating func look(at now: Int64, _ timeouts: Timeouts) -> Verdict {
    if isAsked { return now - since >= timeouts.pingTimeout ? .gone : .wait }
    guard now - since >= timeouts.pingAfter else { return .wait }
    isAsked = true
    since = now
    return .ping
  }

  /// Whether nothing has come for `milliseconds`, of one that is never asked.
  public func lasts(_ milliseconds: Int64, at now: Int64) -> Bool { now - since >= milliseconds }
}
