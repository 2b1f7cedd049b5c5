import Glibc

/// The pointee of an ``Output``: the unsent bytes of a connection in one contiguous block.
///
/// Layout of the block: `0 ..< head` sent but kept back to a unit boundary, `head ..< tail` unsent. An idle connection has no
/// block. Unsafe code: every access to `base` lies below `tail`, and `tail` never exceeds `capacity`.
struct OutputState: ~Copyable {
  let descriptor: Int32
  private let limit: Int
  /// The connection owns this state, and unregisters itself before it frees it.
  unowned(unsafe) var connection: Connection?
  private unowned(unsafe) let queue: OutputQueue
  private(set) var base: UnsafeMutableRawPointer?
  private(set) var head = 0
  var tail = 0
  private var capacity = 0
  var isDirty = false
  var isOverflowed = false

  init(descriptor: Int32, limit: Int, queue: OutputQueue) {
    self.descriptor = descriptor
    self.limit = limit
    self.queue = queue
  }

  deinit { free(base) }

  @inline(__always)
  mutating func append(_ bytes: UnsafeRawBufferPointer, handle: Output) {
    if tail - head + bytes.count > limit, !hasRoomAfterFlush(for: bytes.count) {
      // This unit is still kept: it tells the handler where its peer lost the thread.
      store(bytes, handle: handle)
      isOverflowed = true
    } else {
      store(bytes, handle: handle)
    }
  }

  @inline(__always)
  mutating func store(_ bytes: UnsafeRawBufferPointer, handle: Output) {
    if isOverflowed { return }
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    if tail + bytes.count > capacity { grow(toHold: tail + bytes.count) }
    // `grow` leaves `base` allocated or ends the process, as Swift's own allocation does.
    (base.unsafelyUnwrapped + tail).copyMemory(from: source, byteCount: bytes.count)
    tail += bytes.count
    if !isDirty {
      isDirty = true
      queue.dirty.append(handle)
    }
  }

  /// A burst within one turn is not slowness: the kernel is asked before the connection is given up.
  @inline(never)
  private mutating func hasRoomAfterFlush(for count: Int) -> Bool {
    if isOverflowed { return false }
    _ = flush()
    return tail - head + count <= limit
  }

  @inline(never)
  private mutating func grow(toHold count: Int) {
    if base == nil, count <= OutputQueue.blockSize {
      base = queue.takeBlock()
      capacity = OutputQueue.blockSize
      return
    }
    var size = max(capacity * 2, OutputQueue.blockSize)
    while size < count { size *= 2 }
    guard let grown = realloc(base, size) else { abort() }
    base = grown
    capacity = size
  }

  mutating func flush() -> FlushResult {
    while head < tail, let base {
      let sent = send(descriptor, base + head, tail - head, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
      if sent > 0 {
        head += sent
      } else if sent < 0, errno == EINTR {
        continue
      } else if sent < 0, errno == EAGAIN || errno == EWOULDBLOCK {
        return .blocked
      } else {
        return .failed(sent < 0 ? errno : EPIPE)
      }
    }
    release()
    return .drained
  }

  mutating func forgetSent(_ count: Int) {
    guard let base, count > 0 else { return }
    memmove(base, base + count, tail - count)
    head -= count
    tail -= count
  }

  private mutating func release() {
    if let base {
      if capacity == OutputQueue.blockSize { queue.giveBack(base) } else { free(base) }
    }
    base = nil
    capacity = 0
    head = 0
    tail = 0
  }
}
