import Glibc

/// The pointee of an ``Output``: the unsent bytes of a connection in one contiguous block.
///
/// Layout of the block: `0 ..< head` sent but kept back to a unit boundary, `head ..< tail` unsent. An idle
/// connection has no block, and one that is sent only what everybody in its room is sent needs none: it
/// points to the shared bytes, until it has to keep what the kernel does not take.
///
/// Unsafe code: every access to `base` lies below `tail`, and `tail` never exceeds `capacity`. Shared bytes
/// live in the turn's arena; every output that points there is dirty and so is flushed in the same turn,
/// which ends the sharing; one that becomes dirty during the flush takes a copy.
struct OutputState: ~Copyable {
  let descriptor: Int32
  private let limit: Int
  /// The connection owns this state, and unregisters itself before it frees it.
  unowned(unsafe) var connection: Connection?
  private unowned(unsafe) let queue: OutputQueue
  private var block = OutputBlock()
  private(set) var head = 0
  private(set) var tail = 0
  /// What the bytes of the block show.
  private(set) var marks = OutputMarks()
  private var shared: UnsafePointer<TurnArena.Run>?
  var isDirty = false
  var isOverflowed = false
  /// The kernel took less than it was offered.
  private var isBlocked = false
  /// The connection waits for everything to be sent.
  var isDrainAwaited = false
  /// The connection is going to be cut off, to give back what it holds, and sends nothing until then.
  private(set) var isEvicted = false
  /// What waits in the block, as it is in the budget, in whole steps; and what the connection holds besides.
  private var accounted = 0
  private(set) var held = 0
  private var slot = MemoryBudget<Output>.noSlot

  init(descriptor: Int32, limit: Int, queue: OutputQueue) {
    self.descriptor = descriptor
    self.limit = limit
    self.queue = queue
  }

  deinit { queue.forget(slot) }

  var base: UnsafeMutableRawPointer? { block.base }

  /// Shared bytes are all that there is to send.
  var isSharing: Bool { shared != nil }

  var pendingBytes: Int { tail - head + (shared?.pointee.bytes.count ?? 0) }

  /// What bytes show that are appended.
  enum Marking {
    case none
    case one(OutputMark)
    /// Marks of a run that the bytes are the end of, from `from` on.
    case copied(UnsafeBufferPointer<EndMark>, from: Int)
    /// Marks that stay in the turn's arena.
    case shared(UnsafeBufferPointer<EndMark>)
  }

  /// Appends bytes of the turn's arena, without a copy where nothing else is waiting.
  @inline(__always)
  mutating func appendShared(_ run: UnsafePointer<TurnArena.Run>, handle: Output) {
    if block.base == nil, shared == nil, run.pointee.bytes.count <= limit, !isOverflowed {
      shared = run
      markDirty(handle)
    } else {
      append(run.pointee.bytes, .shared(run.pointee.marks), handle: handle)
    }
  }

  @inline(__always)
  mutating func append(_ bytes: UnsafeRawBufferPointer, _ marking: Marking, handle: Output) {
    if pendingBytes + bytes.count > limit, !hasRoomAfterFlush(for: bytes.count) { overflow(handle) }
    if isOverflowed || (queue.isOverBudget && !relieve(handle)) {
      lose(marking)
    } else {
      keep(bytes, marking, handle: handle)
    }
  }

  /// Appends whatever the bounds say.
  @inline(__always)
  mutating func keep(_ bytes: UnsafeRawBufferPointer, _ marking: Marking, handle: Output) {
    if shared != nil { keepShared(sent: 0) }
    copy(bytes, marking)
    markDirty(handle)
  }

  /// The handler is told at the end of the turn.
  @inline(never)
  private mutating func overflow(_ handle: Output) {
    if isOverflowed { return }
    isOverflowed = true
    markDirty(handle)
  }

  @inline(never)
  private mutating func lose(_ marking: Marking) {
    switch marking {
    case .none: break
    case .one(let mark): marks.lose(mark)
    case .copied(let run, let start): marks.lose(run, from: start)
    case .shared(let run): marks.lose(run, from: 0)
    }
  }

  @inline(__always)
  private mutating func markDirty(_ handle: Output) {
    if isDirty { return }
    isDirty = true
    queue.add(handle)
  }

  @inline(__always)
  private mutating func copy(_ bytes: UnsafeRawBufferPointer, _ marking: Marking) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    let start = tail
    if tail + bytes.count > block.capacity {
      block.reserve(tail + bytes.count, used: tail, waits: isBlocked, from: queue)
    }
    // `reserve` leaves the block with memory, or ends the process.
    (block.base.unsafelyUnwrapped + tail).copyMemory(from: source, byteCount: bytes.count)
    tail += bytes.count
    switch marking {
    case .none: break
    case .one(let mark): marks.add(mark, end: tail, queue.arena)
    case .copied(let run, let from): marks.addCopy(of: run, from: from, at: start, queue.arena)
    case .shared(let run): marks.add(run, at: start, queue.arena)
    }
    if waitingBytes > accounted { account() }
  }

  /// Takes a copy of the shared bytes, of which the first `sent` are sent.
  @inline(never)
  mutating func keepShared(sent: Int, isBlocked: Bool = false) {
    guard let run = shared.take() else { return }
    self.isBlocked = isBlocked
    copy(run.pointee.bytes, .shared(run.pointee.marks))
    head = sent
    keepMarks()
  }

  /// Copies the marks that are in the turn's arena.
  mutating func keepMarks() {
    marks.keep(sent: head)
    if waitingBytes > accounted { account() }
  }

  mutating func waitingMarks() -> DroppedMarks { marks.dropped(from: head) }

  mutating func dropUnsent(from offset: Int) -> DroppedMarks {
    let dropped = marks.dropped(from: offset)
    marks.removeAll()
    tail = offset
    return dropped
  }

  /// A burst within one turn is not slowness: the kernel is asked before the connection is given up.
  @inline(never)
  private mutating func hasRoomAfterFlush(for count: Int) -> Bool {
    if isOverflowed { return false }
    _ = flush()
    return pendingBytes + count <= limit
  }

  /// Sends shared bytes when that is all there is to do; then the connection need not be asked. False when it
  /// must be.
  @inline(__always)
  mutating func sendsShared() -> Bool {
    guard let shared, !isDrainAwaited, !isOverflowed else { return false }
    var sent = 0
    if Self.send(shared.pointee.bytes, from: &sent, to: descriptor) == .drained {
      self.shared = nil
      return true
    }
    // The connection tries again, and sees why.
    keepShared(sent: sent, isBlocked: true)
    if queue.isFarOverBudget {
      queue.evict(slot)
      evict()
    }
    return false
  }

  mutating func flush() -> FlushResult {
    if let shared {
      var sent = 0
      let result = Self.send(shared.pointee.bytes, from: &sent, to: descriptor)
      if result == .drained { self.shared = nil } else { keepShared(sent: sent, isBlocked: true) }
      return result
    }
    guard let base else { return .drained }
    let result = Self.send(UnsafeRawBufferPointer(start: base, count: tail), from: &head, to: descriptor)
    switch result {
    case .drained: release()
    case .blocked:
      isBlocked = true
      block.settle(used: tail, queue)
      marks.keep(sent: head)
      marks.forget(sent: head)
      account()
    case .failed: break
    }
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
    marks.move(by: count)
    account()
  }

  /// Keeps no more memory than what is there takes. For a connection that is given nothing more.
  mutating func shrink() {
    forgetSent(head)
    block.shrink(used: tail)
  }

  private mutating func release() {
    block.release(to: queue)
    isBlocked = false
    head = 0
    tail = 0
    marks.removeAll()
    account()
  }

  // MARK: The budget

  /// The connection holds so many bytes besides the block.
  mutating func hold(_ bytes: Int, handle: Output) {
    let isMore = bytes > held
    held = bytes
    account()
    if isMore, queue.isOverBudget { _ = relieve(handle) }
  }

  /// Nothing is kept any more of what is appended from now on.
  mutating func evict() {
    isEvicted = true
    isOverflowed = true
  }

  /// The connection has been cut off. Its last words have all the time that any have.
  mutating func endEviction() {
    isEvicted = false
    slot = queue.readmit(slot)
  }

  /// Bytes of the block, and of what is kept about them.
  private var waitingBytes: Int { tail + marks.bytes }

  @inline(never)
  private mutating func account() {
    let step = block.isMapped ? OutputQueue.blockSize : OutputQueue.accountingStep
    accounted = block.base == nil ? 0 : max(step, (waitingBytes + step - 1) / step * step)
    slot = queue.account(accounted + held, slot, of: connection)
  }

  /// The largest go first. Where a single turn brings more than those can give back in time, so do the ones
  /// that it is for, unless they read. False if this is one of those that go.
  @inline(never)
  private mutating func relieve(_ handle: Output) -> Bool {
    if isEvicted { return false }
    let isDue = queue.evictLargest(sparing: handle)
    if isDue || (queue.isFarOverBudget && flush() != .drained) {
      queue.evict(slot)
      evict()
    }
    return !isEvicted
  }
}
