/// The pauses between attempts to connect: 0.2 s, doubled each time up to 5 s.
struct Backoff: Equatable, Sendable {
  private static let first: Int64 = 200
  private static let longest: Int64 = 5000

  private var upcoming = first

  /// The pause before the next attempt, in milliseconds.
  mutating func next() -> Int64 {
    defer { upcoming = min(upcoming * 2, Backoff.longest) }
    return upcoming
  }

  /// To be called when the connection serves: the next loss begins with a short pause again.
  mutating func reset() { upcoming = Backoff.first }
}
