/// What is the matter with the times of the log and of the clock. In milliseconds; 0 when nothing is.
package struct LogTimes: Sendable, Equatable {
  /// How far the newest message is ahead of the clock. Times never fall, so what is said next is given that time too.
  package var newestAhead: Int64
  /// How far the clock is ahead of the time that servers have seen pass, if that is too far to remove messages by it.
  package var clockAhead: Int64

  package init(newestAhead: Int64 = 0, clockAhead: Int64 = 0) {
    self.newestAhead = newestAhead
    self.clockAhead = clockAhead
  }
}
