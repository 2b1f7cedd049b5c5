extension LogTimes {
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
