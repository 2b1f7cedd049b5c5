import Glibc

/// Memory for what is shown to many in one turn of a loop. Given back when the outputs have been flushed.
///
/// Unsafe code: what `copy` returns is valid until `reset`. Each copy begins where values of any type may be.
final class TurnArena {
  /// Bytes of the arena, and the marks of what they show.
  struct Run {
    let bytes: UnsafeRawBufferPointer
    let marks: UnsafeBufferPointer<EndMark>
  }

  private static let blockSize = 256 * 1024
  private static let alignment = 16

  private var blocks: [(base: UnsafeMutableRawPointer, size: Int)] = []
  /// Where the next value goes in the last block, and what is left of that.
  private var next: UnsafeMutableRawPointer?
  private var left = 0

  /// Bytes of memory that are held.
  var size: Int { blocks.reduce(0) { $0 + $1.size } }

  deinit { for block in blocks { free(block.base) } }

  /// What it returns stands in the arena too, as every output keeps but one pointer for it.
  func copy(_ run: MarkedBytes) -> UnsafePointer<Run> {
    let bytes = run.bytes.withUnsafeBytes { copy($0) }
    let marks = run.marks.withUnsafeBytes { copy($0) }
    let copied = take(MemoryLayout<Run>.size).bindMemory(to: Run.self, capacity: 1)
    copied.initialize(to: Run(bytes: bytes, marks: marks.bindMemory(to: EndMark.self)))
    return UnsafePointer(copied)
  }

  /// Marks that one output has in this turn.
  func copy(_ marks: UnsafeBufferPointer<EndMark>) -> UnsafeBufferPointer<EndMark> {
    copy(UnsafeRawBufferPointer(marks)).bindMemory(to: EndMark.self)
  }

  func copy(_ mark: EndMark) -> UnsafeBufferPointer<EndMark> {
    let place = take(MemoryLayout<EndMark>.size).bindMemory(to: EndMark.self, capacity: 1)
    place.initialize(to: mark)
    return UnsafeBufferPointer(start: place, count: 1)
  }

  /// Makes `marks`, which are in the arena, the newest of an output. See ``FreshMarks``.
  func link(
    _ marks: UnsafeBufferPointer<EndMark>, start: Int, position: Int, before: UnsafePointer<FreshMarks>?
  ) -> UnsafePointer<FreshMarks> {
    let place = take(MemoryLayout<FreshMarks>.size).bindMemory(to: FreshMarks.self, capacity: 1)
    place.initialize(to: FreshMarks(marks: marks, start: start, position: position, before: before))
    return UnsafePointer(place)
  }

  private func copy(_ source: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let start = take(source.count)
    if let address = source.baseAddress { start.copyMemory(from: address, byteCount: source.count) }
    return UnsafeRawBufferPointer(start: start, count: source.count)
  }

  private func take(_ count: Int) -> UnsafeMutableRawPointer {
    let size = (count + Self.alignment - 1) & ~(Self.alignment - 1)
    guard let start = next, size <= left else { return addBlock(toHold: size) }
    next = start + size
    left -= size
    return start
  }

  /// Keeps one block of the usual size for the next turn.
  func reset() {
    while blocks.count > 1 || (blocks.first?.size ?? 0) > Self.blockSize {
      if let block = blocks.popLast() { free(block.base) }
    }
    next = blocks.first?.base
    left = blocks.first?.size ?? 0
  }

  @inline(never)
  private func addBlock(toHold count: Int) -> UnsafeMutableRawPointer {
    let size = max(count, Self.blockSize)
    guard let base = malloc(size) else { abort() }
    blocks.append((base, size))
    next = base + count
    left = size - count
    return base
  }
}
