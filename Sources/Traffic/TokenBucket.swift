/// How much may still be done, where so much may be done in a second, and a burst at once. A pure value: the
/// caller brings the time, in milliseconds of a clock that never goes back and is not negative.
public struct TokenBucket: Sendable, Equatable {
  /// Tokens that come back in a second, and the most that there are.
  public struct Rate: Sendable, Equatable {
    public let perSecond: Int
    public let burst: Int
    /// What one token is worth, and what a full bucket is, in nanoseconds.
    let token: Int64
    let full: Int64

    /// Both from 1 to 10⁹; what is beyond is brought within.
    public init(perSecond: Int, burst: Int) {
      self.perSecond = min(max(perSecond, 1), 1_000_000_000)
      self.burst = min(max(burst, 1), 1_000_000_000)
      token = 1_000_000_000 / Int64(self.perSecond)
      full = token * Int64(self.burst)
    }
  }

  /// When the bucket is full again, in nanoseconds: one number says all (the generic cell rate algorithm,
  /// ITU-T I.371).
  private var fullAt: Int64 = 0

  public init() {}

  /// The whole tokens that are there.
  public func available(at now: Int64, _ rate: Rate) -> Int {
    Int(max(0, rate.full - owed(at: now)) / rate.token)
  }

  public func isFull(at now: Int64) -> Bool { owed(at: now) == 0 }

  /// Takes tokens, also such as are not there yet: these are waited for the longer.
  public mutating func take(_ tokens: Int, at now: Int64, _ rate: Rate) {
    let cost = rate.token * Int64(min(max(tokens, 0), 1_000_000_000))
    let (sum, overflow) = max(fullAt, Self.nanoseconds(now)).addingReportingOverflow(cost)
    if !overflow { fullAt = sum }
  }

  /// Milliseconds until so many tokens, at most a burst of them, are there.
  public func wait(for tokens: Int, at now: Int64, _ rate: Rate) -> Int64 {
    let wanted = rate.token * Int64(min(max(tokens, 0), rate.burst))
    return max(0, owed(at: now) - (rate.full - wanted) + 999_999) / 1_000_000
  }

  private func owed(at now: Int64) -> Int64 { max(0, fullAt - Self.nanoseconds(now)) }

  private static func nanoseconds(_ milliseconds: Int64) -> Int64 {
    milliseconds * 1_000_000
  }
}
