import Glibc

/// Memory for what is shown to many in one turn of a loop. Given back when the outputs have been flushed.
///
/// Unsafe code: what `copy` returns is valid until `reset`.
final class TurnArena {
  private static let blockSize = 256 * 1024

  private var blocks: [(base: UnsafeMutableRawPointer, size: Int)] = []
  private var used = 0

  /// Bytes of memory that are held.
  var size: Int { blocks.reduce(0) { $0 + $1.size } }

  deinit { for block in blocks { free(block.base) } }

  func copy(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
    if blocks.isEmpty || used + bytes.count > blocks[blocks.count - 1].size { addBlock(toHold: bytes.count) }
    let start = blocks[blocks.count - 1].base + used
    used += bytes.count
    bytes.withUnsafeBytes { source in
      if let address = source.baseAddress { start.copyMemory(from: address, byteCount: source.count) }
    }
    return UnsafeRawBufferPointer(start: start, count: bytes.count)
  }

  /// Keeps one block of the usual size for the next turn.
  func reset() {
    used = 0
    while blocks.count > 1 || (blocks.first?.size ?? 0) > Self.blockSize {
      if let block = blocks.popLast() { free(block.base) }
    }
  }

  private func addBlock(toHold count: Int) {
    let size = max(count, Self.blockSize)
    guard let base = malloc(size) else { abort() }
    blocks.append((base, size))
    used = 0
  }
}
