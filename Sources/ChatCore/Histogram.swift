import Threads

/// How often values fell below each of some bounds; for Prometheus. Any thread may observe.
package final class Histogram: Sendable {
  private struct State {
    var counts: [Int]
    var sum: Double = 0
  }

  /// Upper bounds, inclusive, ascending; the last bucket, without a bound, comes on top.
  package let bounds: [Double]
  private let state: Lock<State>

  package init(bounds: [Double]) {
    self.bounds = bounds
    state = Lock(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  package func observe(_ value: Double) {
    let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock { state in
      state.counts[bucket] += 1
      state.sum += value
    }
  }

  /// Observations in each bucket, not accumulated, and the sum of all values.
  package var snapshot: (counts: [Int], sum: Double) { state.withLock { ($0.counts, $0.sum) } }
}
