package import ChatCore

/// What the log tells of its commits.
package final class LogMetrics: Sendable {
  /// Messages in each commit.
  package let batchSize = Histogram(bounds: [1, 4, 16, 64, 256, 1024, 4096])
  /// Seconds from the begin of a transaction until it is on disk.
  package let seconds = Histogram(bounds: [
    0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5,
  ])

  package init() {}

  func committed(_ messages: Int, took duration: Duration) {
    batchSize.observe(Double(messages))
    seconds.observe(duration / .seconds(1))
  }
}
