import ChatCore

/// When the writer tries by itself whether the log can be written again: while commits fail, some time after the last try.
struct Retry {
  private let interval: Duration
  private var failed: ContinuousClock.Instant?

  init(milliseconds: Int) { interval = .milliseconds(milliseconds) }

  /// Learns the outcome of a commit.
  mutating func tried(_ failure: LogError?) { failed = failure == nil ? nil : .now }

  var isDue: Bool { failed.map { $0.duration(to: .now) >= interval } ?? false }

  /// How long the writer may wait for events; nil when commits succeed.
  var waitMilliseconds: Int? {
    guard let failed else { return nil }
    let rest = interval - failed.duration(to: .now)
    // Rounded up, or the last millisecond would be spent turning round and round.
    return rest <= .zero ? 0 : Int(rest / .milliseconds(1)) + 1
  }
}
