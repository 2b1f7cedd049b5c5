/// How fast one connection sends, and for how long it has been too fast.
///
/// A session asks for its ``allowance(at:)`` once for each read and counts down itself, so a line costs
/// nothing.
public struct Throttle {
  public enum Verdict: Equatable, Sendable {
    /// Take no input for so long.
    case pause(milliseconds: Int64)
    /// End the session; `wait`: seconds until as much as in the beginning may be sent.
    case end(wait: Int)
  }

  /// A pause is not shorter, so a flood costs few timers, and not longer, so its end is not missed.
  private static let pause: ClosedRange<Int64> = 100...1_000

  public let limiter: AddressLimiter
  private var bucket = TokenBucket()
  private var addressWaitsUntil: Int64 = 0
  /// Since when more has been coming than may; `.max`: not now.
  private var tooFastSince = Int64.max

  public init(_ limiter: AddressLimiter) { self.limiter = limiter }

  /// It has been held up, and has not taken a breath since.
  var isTooFast: Bool { tooFastSince != .max }

  /// The units that may be taken now.
  public mutating func allowance(at now: Int64) -> Int {
    guard let rate = limiter.limits.session else { return .max }
    if now < addressWaitsUntil { return 0 }
    let available = bucket.available(at: now, rate)
    // As much comes together only in two seconds without input: the sender has taken a breath.
    if available >= 2 * rate.perSecond { tooFastSince = .max }
    return available
  }

  /// Counts `units`, or what `bytes` make, if that is more.
  public mutating func take(_ units: Int, bytes: Int = 0, at now: Int64) {
    guard let rate = limiter.limits.session else { return }
    let units = max(units, bytes / TrafficLimits.unitBytes)
    if units <= 0 { return }
    bucket.take(units, at: now, rate)
    addressWaitsUntil = now + limiter.take(units, at: now)
  }

  /// There is input, and no allowance for it. The first time is logged. `name`: the session's nick.
  public mutating func exceeded(by name: String? = nil, at now: Int64) -> Verdict {
    guard let rate = limiter.limits.session else { return .pause(milliseconds: 0) }
    if !isTooFast { limiter.report("held up", name, "sends too fast", at: now) }
    tooFastSince = min(tooFastSince, now)
    if now - tooFastSince >= limiter.limits.floodTimeout {
      return .end(wait: seconds(bucket.wait(for: TrafficLimits.burst, at: now, rate)))
    }
    return .pause(milliseconds: min(max(wait(at: now, rate), Self.pause.lowerBound), Self.pause.upperBound))
  }

  /// Takes one request of `bytes` bytes, or returns in how many whole seconds one may be made; the first
  /// refusal is logged. `name`: the nick that the request names, if it does.
  public mutating func admit(bytes: Int, by name: @autoclosure () -> String? = nil, at now: Int64) -> Int? {
    guard let rate = limiter.limits.session else { return nil }
    if allowance(at: now) == 0 {
      if !isTooFast { limiter.reportRequest("held up", of: name(), "asks too fast", at: now) }
      tooFastSince = min(tooFastSince, now)
      return seconds(wait(at: now, rate))
    }
    take(1, bytes: bytes, at: now)
    return nil
  }

  private func wait(at now: Int64, _ rate: TokenBucket.Rate) -> Int64 {
    max(bucket.wait(for: 1, at: now, rate), addressWaitsUntil - now)
  }

  private func seconds(_ milliseconds: Int64) -> Int { Int(max(1, (milliseconds + 999) / 1000)) }
}
