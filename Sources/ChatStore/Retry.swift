import ChatCore

/// When the writer tries by itself whether the log can be written again: while commits fail, some time after the last try.
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
