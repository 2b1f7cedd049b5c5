/// The marks of what waits in an ``OutputState``, and the first marks of what it did not keep. Where nothing waits there are none, and no
/// memory for them.
///
/// What is shared by many is marked once, in the turn's arena. An output that has to copy such bytes refers to those marks, and copies
/// them only if the kernel does not take the bytes in the same turn: so what is delivered costs no work for each message.
struct OutputMarks {
  private var kept: KeptMarks?

  /// Memory for marks, in bytes.
  var bytes: Int { kept?.bytes ?? 0 }

  var lost: DroppedMarks { kept?.lost ?? DroppedMarks() }

  /// The bytes up to `end` of the block, behind all before, are marked.
  mutating func add(_ mark: OutputMark, end: Int, _ stock: MarkStock) {
    open(stock).add(EndMark(mark, end: end))
  }

  /// Marks that stay where they are until the end of the turn, of a run whose bytes are in the block from `position` on.
  mutating func add(_ marks: UnsafeBufferPointer<EndMark>, at position: Int, _ stock: MarkStock) {
    if !marks.isEmpty { open(stock).add(KeptMarks.Run(marks: marks, start: 0, position: position)) }
  }

  /// The same for marks that may go, of a run of which the bytes from `start` on are in the block.
  mutating func addCopy(
    of marks: UnsafeBufferPointer<EndMark>, from start: Int, at position: Int, _ stock: MarkStock
  ) {
    guard let last = marks.last, last.end > start else { return }
    open(stock).copy(KeptMarks.Run(marks: marks, start: start, position: position))
  }

  /// `mark` is of bytes that are not kept.
  mutating func lose(_ mark: OutputMark, _ stock: MarkStock) { open(stock).lost.note(mark) }

  /// Of bytes of a run from `start` on that are not kept.
  mutating func lose(_ marks: UnsafeBufferPointer<EndMark>, from start: Int, _ stock: MarkStock) {
    if let mark = marks.first(where: { $0.end > start }) { lose(mark.mark, stock) }
  }

  /// Copies what is in the arena, but for what was `sent`.
  func keepRuns(sent: Int) { kept?.keepRuns(sent: sent) }

  /// Nothing of what ends within the first `sent` bytes is dropped any more.
  func forget(sent: Int) { kept?.forget(sent: sent) }

  /// The first `count` bytes of the block, all of them sent, are removed.
  func move(by count: Int) { kept?.move(by: count) }

  /// Everything is sent.
  mutating func removeAll(_ stock: MarkStock) {
    guard let kept else { return }
    kept.removeAll()
    if !kept.lost.isEmpty { return }
    self.kept = nil
    stock.giveBack(kept)
  }

  /// What is not sent when everything from `boundary` on, which is a unit's beginning, is dropped.
  func dropped(from boundary: Int) -> DroppedMarks { kept?.dropped(from: boundary) ?? DroppedMarks() }

  private mutating func open(_ stock: MarkStock) -> KeptMarks {
    if let kept { return kept }
    let taken = stock.take()
    kept = taken
    return taken
  }
}

/// Memory for marks that the outputs of a loop do not use for now: an active connection needs some for each send. The stock is small, so
/// that memory given to a burst returns.
final class MarkStock {
  private static let limit = 512
  private var free: [KeptMarks] = []

  func take() -> KeptMarks { free.popLast() ?? KeptMarks() }

  func giveBack(_ marks: KeptMarks) {
    if free.count < Self.limit, marks.isSmall { free.append(marks) }
  }
}

/// What ``OutputMarks`` keeps of one output.
///
/// Unsafe code: the runs refer to the arena, and are kept or gone before it is reset.
final class KeptMarks {
  /// Marks of a run of which the bytes from `start` on are in the block from `position` on.
  struct Run {
    let marks: UnsafeBufferPointer<EndMark>
    let start: Int
    let position: Int
  }

  private static let small = 64

  /// In the order of their ends, from `first` on.
  private var ends: [EndMark] = []
  private var first = 0
  /// What was appended in this turn, behind all of `ends`.
  private var runs: [Run] = []
  fileprivate(set) var lost = DroppedMarks()

  var isSmall: Bool { ends.capacity <= Self.small && runs.capacity <= Self.small }

  var bytes: Int {
    (ends.count - first) * MemoryLayout<EndMark>.stride + runs.count * MemoryLayout<Run>.stride
  }

  func add(_ mark: EndMark) {
    keepRuns(sent: 0)
    ends.append(mark)
  }

  func add(_ run: Run) { runs.append(run) }

  func copy(_ run: Run) {
    keepRuns(sent: 0)
    keep(run, sent: 0)
  }

  func keepRuns(sent: Int) {
    if runs.isEmpty { return }
    for run in runs { keep(run, sent: sent) }
    runs.removeAll(keepingCapacity: true)
  }

  private func keep(_ run: Run, sent: Int) {
    for mark in run.marks where mark.end > run.start {
      let mark = mark.moved(by: run.position - run.start)
      if mark.end > sent { ends.append(mark) }
    }
  }

  func forget(sent: Int) {
    while first < ends.count, ends[first].end <= sent { first += 1 }
    // At most half of the array is past, so that moving the rest costs each mark one step.
    if first > 0, first * 2 >= ends.count {
      ends.removeFirst(first)
      first = 0
    }
  }

  func move(by count: Int) {
    forget(sent: count)
    for index in ends.indices { ends[index] = ends[index].moved(by: -count) }
    for index in runs.indices {
      let run = runs[index]
      runs[index] = Run(marks: run.marks, start: run.start, position: run.position - count)
    }
  }

  func removeAll() {
    ends.removeAll(keepingCapacity: true)
    runs.removeAll(keepingCapacity: true)
    first = 0
  }

  func dropped(from boundary: Int) -> DroppedMarks {
    keepRuns(sent: boundary)
    forget(sent: boundary)
    var dropped = DroppedMarks()
    for mark in ends[first...] { dropped.note(mark.mark) }
    // What is lost came later.
    for mark in lost.all { dropped.note(mark) }
    return dropped
  }
}
