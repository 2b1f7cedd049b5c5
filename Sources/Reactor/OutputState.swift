import Glibc

/// The pointee of an ``Output``: the unsent bytes of a connection in one contiguous block.
///
/// Layout of the block: `0 ..< head` sent but kept back to a unit boundary, `head ..< tail` unsent. An idle connection has no
/// block, and one that is sent only what everybody in its room is sent needs none: it points to the shared bytes, until it
/// has to keep what the kernel does not take.
///
/// Unsafe code: every access to `base` lies below `tail`, and `tail` never exceeds `capacity`. Shared bytes live in the turn's arena;
/// every output that points there is dirty and so is flushed in the same turn, which ends the sharing; one that becomes dirty during
/// the flush takes a copy.
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
  private var shared: UnsafeRawBufferPointer?
  var isDirty = false
  var isOverflowed = false
  /// The connection waits for everything to be sent.
  var isDrainAwaited = false

  init(descriptor: Int32, limit: Int, queue: OutputQueue) {
    self.descriptor = descriptor
    self.limit = limit
    self.queue = queue
  }

  deinit { free(base) }

  var pendingBytes: Int { tail - head + (shared?.count ?? 0) }

  /// Appends bytes of the turn's arena, without a copy where nothing else is waiting.
  @inline(__always)
  mutating func appendShared(_ bytes: UnsafeRawBufferPointer, handle: Output) {
    if base == nil, shared == nil, bytes.count <= limit, !isOverflowed {
      shared = bytes
      markDirty(handle)
    } else {
      append(bytes, handle: handle)
    }
  }

  @inline(__always)
  mutating func append(_ bytes: UnsafeRawBufferPointer, handle: Output) {
    if pendingBytes + bytes.count > limit, !hasRoomAfterFlush(for: bytes.count) {
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
    if shared != nil { keepShared(sent: 0) }
    copy(bytes)
    markDirty(handle)
  }

  @inline(__always)
  private mutating func markDirty(_ handle: Output) {
    if isDirty { return }
    isDirty = true
    queue.add(handle)
  }

  @inline(__always)
  private mutating func copy(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    if tail + bytes.count > capacity { grow(toHold: tail + bytes.count) }
    // `grow` leaves `base` allocated or ends the process, as Swift's own allocation does.
    (base.unsafelyUnwrapped + tail).copyMemory(from: source, byteCount: bytes.count)
    tail += bytes.count
  }

  /// Takes a copy of the shared bytes, of which the first `sent` are sent.
  @inline(never)
  mutating func keepShared(sent: Int) {
    guard let bytes = shared.take() else { return }
    copy(bytes)
    head = sent
  }

  /// A burst within one turn is not slowness: the kernel is asked before the connection is given up.
  @inline(never)
  private mutating func hasRoomAfterFlush(for count: Int) -> Bool {
    if isOverflowed { return false }
    _ = flush()
    return pendingBytes + count <= limit
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

  /// Sends shared bytes when that is all there is to do; then the connection need not be asked. False when it must be.
  @inline(__always)
  mutating func sendsShared() -> Bool {
    guard let shared, !isDrainAwaited, !isOverflowed else { return false }
    var sent = 0
    if Self.send(shared, from: &sent, to: descriptor) == .drained {
      self.shared = nil
      return true
    }
    // The connection tries again, and sees why.
    keepShared(sent: sent)
    return false
  }

  mutating func flush() -> FlushResult {
    if let shared {
      var sent = 0
      let result = Self.send(shared, from: &sent, to: descriptor)
      if result == .drained { self.shared = nil } else { keepShared(sent: sent) }
      return result
    }
    guard let base else { return .drained }
    let result = Self.send(UnsafeRawBufferPointer(start: base, count: tail), from: &head, to: descriptor)
    if result == .drained { release() }
    return result
  }

  private static func send(
    _ bytes: UnsafeRawBufferPointer, from head: inout Int, to descriptor: Int32
  ) -> FlushResult {
    while head < bytes.count {
      let sent = Glibc.send(
        descriptor, bytes.baseAddress.map { $0 + head }, bytes.count - head,
        Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
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
