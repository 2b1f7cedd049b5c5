import Threads

/// What comes of clients and their requests that the operator may want to know: a line in the log for each,
/// but never so many that a crowd of them floods the log. Any thread may report.
public final class ThrottledLog: Sendable {
  /// Lines that may come at once, and in each second after that.
  static let rate = TokenBucket.Rate(perSecond: 1, burst: 20)

  private struct State {
    var bucket = TokenBucket()
    var leftOut = 0
  }

  private let state = Lock(State())
  private let log: @Sendable (String) -> Void

  /// `log` is given one line at a time, on the thread that reports.
  public init(log: @escaping @Sendable (String) -> Void) { self.log = log }

  /// `now`: milliseconds of a clock that never goes back. What is left out is counted in the next line that
  /// is not.
  public func report(_ text: @autoclosure () -> String, at now: Int64) {
    let leftOut: Int? = state.withLock { state in
      if state.bucket.available(at: now, Self.rate) == 0 {
        state.leftOut += 1
        return nil
      }
      state.bucket.take(1, at: now, Self.rate)
      defer { state.leftOut = 0 }
      return state.leftOut
    }
    guard let leftOut else { return }
    log(leftOut == 0 ? text() : "\(text()) (before it, \(leftOut) were not logged)")
  }
}
