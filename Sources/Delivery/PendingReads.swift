/// Reads of history that have not been answered, in the order in which they were asked, each with the time by
/// which it is to be.
///
/// A pure value: the caller brings the time, in milliseconds of a clock that never goes back.
struct PendingReads<Completion> {
  private let patience: Int64
  private var waiting: [Int: Completion] = [:]
  /// Those that were asked, from the oldest that may still wait.
  private var deadlines: [(number: Int, deadline: Int64)] = []
  private var head = 0
  private var last = 0

  /// `patience`: how long an answer may take.
  init(patience: Int64) { self.patience = patience }

  /// Gives a read its number.
  mutating func add(_ completion: Completion, at now: Int64) -> Int {
    last += 1
    waiting[last] = completion
    deadlines.append((last, now + patience))
    return last
  }

  /// Whom to give an answer to; nil when it was told already that there is none.
  mutating func take(_ number: Int) -> Completion? { waiting.removeValue(forKey: number) }

  /// Whether nobody has been told anything of it.
  func isWaiting(_ number: Int) -> Bool { waiting[number] != nil }

  /// When the next one is to be told, if it is not answered before; nil when nobody waits.
  mutating func nextDeadline() -> Int64? {
    while head < deadlines.count, waiting[deadlines[head].number] == nil { head += 1 }
    if head == deadlines.count {
      deadlines.removeAll(keepingCapacity: true)
      head = 0
    } else if head > deadlines.count / 2 {
      deadlines.removeFirst(head)
      head = 0
    }
    return deadlines.isEmpty ? nil : deadlines[head].deadline
  }

  /// Those that have waited too long, in order, with their numbers.
  mutating func takeOverdue(at now: Int64) -> [(number: Int, completion: Completion)] {
    var overdue: [(number: Int, completion: Completion)] = []
    while let deadline = nextDeadline(), deadline <= now {
      let number = deadlines[head].number
      if let completion = take(number) { overdue.append((number, completion)) }
    }
    return overdue
  }
}
