import Reactor

/// Reads of history that have not been answered, in the order in which they were asked, each with the time by
/// which it is to be.
///
/// A pure value: the caller brings the time, in milliseconds of a clock that never goes back.
struct PendingReads<Completion> {
  private let timeout: Int64
  private var waiting: [Int: Completion] = [:]
  /// Those that were asked, from the oldest that may still wait.
  private var deadlines = Queue<(number: Int, deadline: Int64)>()
  private var last = 0

  /// `timeout`: how long an answer may take.
  init(timeout: Int64) { self.timeout = timeout }

  /// Gives a read its number.
  mutating func add(_ completion: Completion, at now: Int64) -> Int {
    last += 1
    waiting[last] = completion
    deadlines.append((last, now + timeout))
    return last
  }

  /// Whom to give an answer to; nil when it was told already that there is none.
  mutating func take(_ number: Int) -> Completion? { waiting.removeValue(forKey: number) }

  /// Whether nobody has been told anything of it.
  func isWaiting(_ number: Int) -> Bool { waiting[number] != nil }

  /// When the next one is to be told, if it is not answered before; nil when nobody waits.
  mutating func nextDeadline() -> Int64? {
    while let first = deadlines.first, waiting[first.number] == nil { _ = deadlines.popFirst() }
    return deadlines.first?.deadline
  }

  /// Those that have waited too long, in order, with their numbers.
  mutating func takeOverdue(at now: Int64) -> [(number: Int, completion: Completion)] {
    var overdue: [(number: Int, completion: Completion)] = []
    while let deadline = nextDeadline(), deadline <= now, let (number, _) = deadlines.popFirst() {
      if let completion = take(number) { overdue.append((number, completion)) }
    }
    return overdue
  }
}
