/// The marks of what waits in an ``OutputState``, and the first marks of what it did not keep.
///
/// What is shared by many is marked once, in the turn's arena. An output that has to copy such bytes refers to those marks, and copies
/// them only if the kernel does not take the bytes in the same turn: so what is delivered costs no work for each message.
///
/// Unsafe code: the runs refer to the arena, and are kept or gone before it is reset.
struct OutputMarks {
  /// Marks of a run of which the bytes from `start` on are in the block from `position` on.
  private struct Run {
    let marks: UnsafeBufferPointer<EndMark>
    let start: Int
    let position: Int
  }

  private static let reserved = 15

  /// In the order of their ends, from `first` on.
  private var ends: [EndMark] = []
  private var first = 0
  /// What was appended in this turn, behind all of `ends`.
  private var runs: [Run] = []
  private(set) var lost = DroppedMarks()

  /// Memory for marks, in bytes.
  var bytes: Int {
    (ends.count - first) * MemoryLayout<EndMark>.stride + runs.count * MemoryLayout<Run>.stride
  }

  /// The bytes up to `end` of the block, behind all before, are marked.
  mutating func add(_ mark: OutputMark, end: Int) {
    keepRuns(sent: 0)
    insert(EndMark(mark, end: end))
  }

  /// Marks that stay where they are until the end of the turn, of a run whose bytes are in the block from `position` on.
  mutating func add(_ marks: UnsafeBufferPointer<EndMark>, at position: Int) {
    if !marks.isEmpty { runs.append(Run(marks: marks, start: 0, position: position)) }
  }

  /// The same for marks that may go, of a run of which the bytes from `start` on are in the block.
  mutating func addCopy(of marks: UnsafeBufferPointer<EndMark>, from start: Int, at position: Int) {
    keepRuns(sent: 0)
    copy(Run(marks: marks, start: start, position: position), sent: 0)
  }

  /// `mark` is of bytes that are not kept.
  mutating func lose(_ mark: OutputMark) { lost.note(mark) }

  /// Of bytes of a run from `start` on that are not kept.
  mutating func lose(_ marks: UnsafeBufferPointer<EndMark>, from start: Int) {
    if let mark = marks.first(where: { $0.end > start }) { lost.note(mark.mark) }
  }

  /// Copies what is in the arena, but for what was `sent`.
  mutating func keepRuns(sent: Int) {
    if runs.isEmpty { return }
    for run in runs { copy(run, sent: sent) }
    runs = []
  }

  private mutating func copy(_ run: Run, sent: Int) {
    for mark in run.marks where mark.end > run.start {
      let mark = mark.moved(by: run.position - run.start)
      if mark.end > sent { insert(mark) }
    }
  }

  private mutating func insert(_ mark: EndMark) {
    if ends.isEmpty { ends.reserveCapacity(Self.reserved) }
    ends.append(mark)
  }

  /// Nothing of what ends within the first `sent` bytes is dropped any more.
  mutating func forget(sent: Int) {
    while first < ends.count, ends[first].end <= sent { first += 1 }
    // At most half of the array is past, so that moving the rest costs each mark one step.
    if first > 0, first * 2 >= ends.count {
      ends.removeFirst(first)
      first = 0
    }
  }

  /// The first `count` bytes of the block, all of them sent, are removed.
  mutating func move(by count: Int) {
    forget(sent: count)
    for index in ends.indices { ends[index] = ends[index].moved(by: -count) }
    runs = runs.map { Run(marks: $0.marks, start: $0.start, position: $0.position - count) }
  }

  /// Everything is sent.
  mutating func removeAll() {
    if !ends.isEmpty { ends = [] }
    first = 0
    if !runs.isEmpty { runs = [] }
  }

  /// What is not sent when everything from `boundary` on, which is a unit's beginning, is dropped.
  mutating func dropped(from boundary: Int) -> DroppedMarks {
    keepRuns(sent: boundary)
    forget(sent: boundary)
    var dropped = DroppedMarks()
    for mark in ends[first...] { dropped.note(mark.mark) }
    // What is lost came later.
    for mark in lost.all { dropped.note(mark) }
    return dropped
  }
}
