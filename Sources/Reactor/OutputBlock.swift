import CLinux
import Glibc

/// The memory of one ``OutputState``: nothing, a block of the loop's stock, a piece of the heap, or pages of
/// its own.
///
/// What is sent in the turn in which it came is in the heap, where memory costs least. What has to wait for a
/// slow reader moves to pages: they grow where they are and go back to the kernel at once, while heaps of
/// thousands that grow together would be half holes.
///
/// Unsafe code: `base` has `capacity` bytes, and is given back in the way in which it was taken, once.
struct OutputBlock: ~Copyable {
  /// MREMAP_MAYMOVE of mremap(2).
  private static let mayMove: Int32 = 1

  private(set) var base: UnsafeMutableRawPointer?
  private(set) var capacity = 0
  private(set) var isMapped = false

  deinit {
    guard let base else { return }
    if isMapped { munmap(base, capacity) } else { free(base) }
  }

  /// Makes room for `count` bytes in all, of which there are `used`. `waits`: for a reader that does not take
  /// what there is. Ends the process when there is no memory, as Swift's own allocation does.
  @inline(never)
  mutating func reserve(_ count: Int, used: Int, waits: Bool, from queue: OutputQueue) {
    if base == nil, count <= OutputQueue.blockSize {
      base = queue.takeBlock()
      capacity = OutputQueue.blockSize
      return
    }
    let size = Self.pages(max(capacity * 2, count))
    if waits, !isMapped, moveToPages(size, used: used, queue) { return }
    if isMapped, let base, let moved = Self.pointer(mremap(base, capacity, size, Self.mayMove)) {
      self.base = moved
    } else if isMapped {
      // There are no more mappings to be had (vm.max_map_count).
      guard let base, let copy = malloc(size) else { abort() }
      copy.copyMemory(from: base, byteCount: capacity)
      munmap(base, capacity)
      self.base = copy
      isMapped = false
    } else {
      guard let grown = realloc(base, size) else { abort() }
      base = grown
    }
    capacity = size
  }

  /// The first `used` bytes are going to wait for long.
  mutating func settle(used: Int, _ queue: OutputQueue) {
    if !isMapped, capacity > OutputQueue.blockSize { _ = moveToPages(Self.pages(used), used: used, queue) }
  }

  /// False when there are no pages to be had.
  @inline(never)
  private mutating func moveToPages(_ size: Int, used: Int, _ queue: OutputQueue) -> Bool {
    let flags = Int32(MAP_PRIVATE | MAP_ANONYMOUS)
    guard let pages = Self.pointer(mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0)) else {
      return false
    }
    if let base { pages.copyMemory(from: base, byteCount: used) }
    release(to: queue)
    base = pages
    capacity = size
    isMapped = true
    return true
  }

  /// Keeps only what the first `used` bytes take.
  mutating func shrink(used: Int) {
    let size = Self.pages(max(used, 1))
    guard let base, size < capacity else { return }
    if isMapped {
      munmap(base + size, capacity - size)
    } else {
      guard let smaller = realloc(base, size) else { return }
      self.base = smaller
    }
    capacity = size
  }

  mutating func release(to queue: OutputQueue) {
    guard let base else { return }
    if isMapped {
      munmap(base, capacity)
    } else if capacity == OutputQueue.blockSize {
      queue.giveBack(base)
    } else {
      free(base)
    }
    self.base = nil
    capacity = 0
    isMapped = false
  }

  private static func pages(_ count: Int) -> Int {
    let page = OutputQueue.blockSize
    return (count + page - 1) / page * page
  }

  /// Nil for what mmap(2) and mremap(2) return when they fail.
  private static func pointer(_ result: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    result == UnsafeMutableRawPointer(bitPattern: -1) ? nil : result
  }
}
