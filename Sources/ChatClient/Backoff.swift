/// The pauses between attempts to connect: up to 0.2 s, doubled each time up to 5 s, and each at least half as long.
///
/// The rest is left to chance: all clients of a server that was restarted would come back in the same moment otherwise.
struct Backoff: Equatable, Sendable {
  private static let first: Int64 = 200
  private static let longest: Int64 = 5000

  private var upcoming = first

  /// The pause before the next attempt, in milliseconds.
  mutating func next(using numbers: inout some RandomNumberGenerator) -> Int64 {
    defer { upcoming = min(upcoming * 2, Backoff.longest) }
    return Int64.random(in: upcoming / 2...upcoming, using: &numbers)
  }

  mutating func next() -> Int64 {
    var numbers = SystemRandomNumberGenerator()
    return next(using: &numbers)
  }

  /// To be called when the connection serves: the next loss begins with a short pause again.
  mutating func reset() { upcoming = Backoff.first }
}
