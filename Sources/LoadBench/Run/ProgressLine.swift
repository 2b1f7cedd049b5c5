/// One line that tells what a run is at, five times a second.
struct ProgressLine {
  private static let interval: UInt64 = 200_000_000

  /// Shows a line in place of the last one; nil: nobody looks.
  let show: (@Sendable (String) -> Void)?
  private var last = (time: UInt64(0), deliveries: 0, messages: 0)

  init(show: (@Sendable (String) -> Void)?) { self.show = show }

  mutating func update(
    _ now: UInt64, _ phase: BenchRun.Phase, ready: Int, of all: Int, _ counts: Traffic.Counts
  ) {
    guard let show, now - last.time >= Self.interval else { return }
    let seconds = Double(now - last.time) / 1e9
    switch phase {
    case .connecting: show("connecting: \(ready) of \(all) clients")
    case .settling: show("waiting for silence")
    case .warmingUp, .measuring:
      let messages = Figures.rate(Double(counts.messages - last.messages) / seconds)
      let deliveries = Figures.rate(Double(counts.deliveries - last.deliveries) / seconds)
      if case .measuring(let until) = phase {
        let left = Figures.fixed(Double(until - min(until, now)) / 1e9, decimals: 1)
        show("\(left) s to go: \(messages) messages/s, \(deliveries) deliveries/s")
      } else {
        show("warming up: \(messages) messages/s, \(deliveries) deliveries/s")
      }
    case .draining: show("waiting for \(counts.sent - counts.messages) messages under way")
    case .ended: break
    }
    last = (now, counts.deliveries, counts.messages)
  }

  func clear() { show?("") }
}
