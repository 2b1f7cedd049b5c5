/// When the writer trims: one step at a time, at once while there is more to trim, else once a second.
struct TrimPace {
  private static let rest = Duration.seconds(1)

  private let trimmer: Trimmer
  /// Messages go by their age.
  var isByAge: Bool { trimmer.retention.milliseconds != nil }
  private var hasMore = true
  private var last: ContinuousClock.Instant?

  init(_ trimmer: Trimmer) { self.trimmer = trimmer }

  /// How long the writer may wait for events.
  var waitMilliseconds: Int { hasMore ? 0 : 1_000 }

  mutating func trimIfDue(_ writer: LogWriter) {
    let now = ContinuousClock.now
    if !hasMore, let last, now - last < Self.rest { return }
    if !hasMore {
      writer.indexNow()
      writer.noteTimeIfDue()
    }
    last = now
    // A step that fails is tried again a second later; nothing is lost by keeping messages longer.
    let trimmed = (try? trimmer.step()) ?? [:]
    hasMore = !trimmed.isEmpty
  }
}
