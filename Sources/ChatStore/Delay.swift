import ChatCore

/// A moment at which the writer is to do something by itself, some time after it was set.
struct Delay {
  private let length: Duration
  private var began: ContinuousClock.Instant?

  init(milliseconds: Int) { length = .milliseconds(milliseconds) }

  var isSet: Bool { began != nil }

  /// Counts from now on.
  mutating func set() { began = .now }

  mutating func clear() { began = nil }

  var isDue: Bool { began.map { $0.duration(to: .now) >= length } ?? false }

  /// How long the writer may wait for events; nil when nothing is to be done.
  var waitMilliseconds: Int? {
    guard let began else { return nil }
    let rest = length - began.duration(to: .now)
    // Rounded up: 0 would make the caller poll without a wait for the last millisecond.
    return rest <= .zero ? 0 : Int(rest / .milliseconds(1)) + 1
  }
}

/// When the writer tries by itself whether the log can be written again: while commits fail, some time after
/// the last try.
struct Retry {
  private var delay: Delay

  init(milliseconds: Int) { delay = Delay(milliseconds: milliseconds) }

  /// Learns the outcome of a commit.
  mutating func tried(_ failure: LogError?) {
    if failure == nil { delay.clear() } else { delay.set() }
  }

  var isDue: Bool { delay.isDue }
  /// How long the writer may wait for events; nil when commits succeed.
  var waitMilliseconds: Int? { delay.waitMilliseconds }
}
