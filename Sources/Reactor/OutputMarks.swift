/// The marks of what waits in an ``OutputState``, and the first marks of what it did not keep. Where nothing
/// waits there are none, and no memory for them.
///
/// What is appended in a turn is marked in the turn's arena, as most of it is sent when the turn ends and its
/// marks are forgotten. Only what the kernel does not take then keeps marks of its own.
///
/// Unsafe code: `fresh` refers to the arena, and is kept or gone before that is reset.
struct OutputMarks {
  /// Those of this turn, the newest first.
  private var fresh: UnsafePointer<FreshMarks>?
  private var kept: KeptMarks?

  /// Memory for marks beside the arena, in bytes.
  var bytes: Int { kept?.bytes ?? 0 }

  var lost: DroppedMarks { kept?.lost ?? DroppedMarks() }

  /// The bytes up to `end` of the block, behind all before, are marked.
  mutating func add(_ mark: OutputMark, end: Int, _ arena: TurnArena) {
    fresh = arena.link(arena.copy(EndMark(mark, end: end)), start: 0, position: 0, before: fresh)
  }

  /// Marks that stay where they are until the end of the turn, of a run whose bytes are in the block from
  /// `position` on.
  mutating func add(_ marks: UnsafeBufferPointer<EndMark>, at position: Int, _ arena: TurnArena) {
    if !marks.isEmpty { fresh = arena.link(marks, start: 0, position: position, before: fresh) }
  }

  /// The same for marks that may go, of a run of which the bytes from `start` on are in the block.
  mutating func addCopy(
    of marks: UnsafeBufferPointer<EndMark>, from start: Int, at position: Int, _ arena: TurnArena
  ) {
    let rest = marks[(marks.lastIndex { $0.end <= start }.map { $0 + 1 } ?? 0)...]
    if rest.isEmpty { return }
    let copy = arena.copy(UnsafeBufferPointer(rebasing: rest))
    fresh = arena.link(copy, start: start, position: position, before: fresh)
  }

  /// `mark` is of bytes that are not kept.
  mutating func lose(_ mark: OutputMark) { open().lost.note(mark) }

  /// Of bytes of a run from `start` on that are not kept.
  mutating func lose(_ marks: UnsafeBufferPointer<EndMark>, from start: Int) {
    if let mark = marks.first(where: { $0.end > start }) { lose(mark.mark) }
  }

  /// Copies what is in the arena, but for what was `sent`.
  @inline(__always)
  mutating func keep(sent: Int) { if fresh != nil { keepFresh(sent: sent) } }

  @inline(never)
  private mutating func keepFresh(sent: Int) {
    var runs: [UnsafePointer<FreshMarks>] = []
    while let run = fresh {
      runs.append(run)
      fresh = run.pointee.before
    }
    for run in runs.reversed() {
      for mark in run.pointee.marks {
        let mark = mark.moved(by: run.pointee.position - run.pointee.start)
        if mark.end > sent { open().add(mark) }
      }
    }
  }

  /// Nothing of what ends within the first `sent` bytes is dropped any more.
  func forget(sent: Int) { kept?.forget(sent: sent) }

  /// The first `count` bytes of the block, all of them sent, are removed.
  mutating func move(by count: Int) {
    keep(sent: count)
    kept?.move(by: count)
  }

  /// Everything is sent.
  @inline(__always)
  mutating func removeAll() {
    fresh = nil
    if kept != nil { kept = kept?.withoutEnds() }
  }

  /// What is not sent when everything from `boundary` on, which is a unit's beginning, is dropped.
  mutating func dropped(from boundary: Int) -> DroppedMarks {
    keep(sent: boundary)
    return kept?.dropped(from: boundary) ?? DroppedMarks()
  }

  private mutating func open() -> KeptMarks {
    if let kept { return kept }
    let opened = KeptMarks()
    kept = opened
    return opened
  }
}

/// Marks in the turn's arena, of a run of which the bytes from `start` on are in the block from `position`
/// on.
struct FreshMarks {
  let marks: UnsafeBufferPointer<EndMark>
  let start: Int
  let position: Int
  let before: UnsafePointer<FreshMarks>?
}

/// What ``OutputMarks`` keeps of one output for longer than a turn.
final class KeptMarks {
  /// In the order of their ends.
  private var ends = Queue<EndMark>()
  fileprivate(set) var lost = DroppedMarks()

  var bytes: Int { ends.count * MemoryLayout<EndMark>.stride }

  func add(_ mark: EndMark) { ends.append(mark) }

  func forget(sent: Int) {
    while let first = ends.first, first.end <= sent { _ = ends.popFirst() }
  }

  func move(by count: Int) {
    forget(sent: count)
    ends.update { $0 = $0.moved(by: -count) }
  }

  /// What is left when everything is sent.
  func withoutEnds() -> KeptMarks? {
    if lost.isEmpty { return nil }
    ends = Queue()
    return self
  }

  func dropped(from boundary: Int) -> DroppedMarks {
    forget(sent: boundary)
    var dropped = DroppedMarks()
    for mark in ends.elements { dropped.note(mark.mark) }
    // What is lost came later.
    for mark in lost.all { dropped.note(mark) }
    return dropped
  }
}
