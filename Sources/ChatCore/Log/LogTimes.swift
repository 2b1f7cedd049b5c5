/// What is the matter with the times of the log and of the clock. In milliseconds; 0 when nothing is.
package struct LogTimes: Sendable, Equatable {
  /// How far the newest message is ahead of the clock. Times never fall, so what is said next is given that
  /// time too.
  package var newestAhead: Int64
  /// How far the clock is ahead of the time that servers have seen pass, if that is too far to remove
  /// messages by it.
  package var clockAhead: Int64

  package init(newestAhead: Int64 = 0, clockAhead: Int64 = 0) {
    self.newestAhead = newestAhead
    self.clockAhead = clockAhead
  }

  /// A clock that was read a moment ago on another machine may be so much ahead.
  package static let tolerance: Int64 = 60_000

  /// Something that a person should look at, although messages are stored.
  package struct Warning: Sendable, Equatable {
    /// For programs.
    package let code: String
    /// A sentence without capital and stop that says what to do.
    package let text: String
  }

  /// What is worth telling.
  package var warnings: [Warning] {
    var warnings: [Warning] = []
    let remedy = "look at the clock, stop the server, and run linechat repair-times"
    if newestAhead > Self.tolerance {
      warnings.append(
        Warning(
          code: "times-ahead",
          text: """
            the newest message is dated \(Self.words(newestAhead)) ahead of the clock, and so is each new one until then; \
            if the clock is right: \(remedy)
            """))
    }
    if clockAhead > 0 {
      warnings.append(
        Warning(
          code: "clock-ahead",
          text: """
            the clock is \(Self.words(clockAhead)) ahead of the time that the server has seen pass, so messages \
            are removed by the latter; if the clock is right: \(remedy)
            """))
    }
    return warnings
  }

  /// About how long: `400 days`, `3 hours`, `5 minutes`.
  private static func words(_ milliseconds: Int64) -> String {
    let units: [(name: String, length: Int64)] = [
      ("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000),
    ]
    let unit = units.first { milliseconds >= 2 * $0.length } ?? units[2]
    let count = milliseconds / unit.length
    return "\(count) \(unit.name)\(count == 1 ? "" : "s")"
  }
}
