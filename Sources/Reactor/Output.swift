import Glibc

/// What is to be sent on one connection: a handle that is cheap to keep in a room's member list.
///
/// Fan-out is the hot path of the server: this handle is a plain pointer, so that appending to five hundred
/// members costs neither reference counting nor exclusivity checks.
///
/// Why it is safe: the pointee is allocated with its ``Connection`` and freed by the reactor at the end of
/// the turn in which the connection closed. `ConnectionHandler.closed()` is called before that, and a handler
/// must take its handles out of every list there. All handles of a loop are used on that loop only (the type
/// is not Sendable).
public struct Output: Hashable {
  let state: UnsafeMutablePointer<OutputState>

  init(descriptor: Int32, limit: Int, queue: OutputQueue) {
    state = .allocate(capacity: 1)
    state.initialize(to: OutputState(descriptor: descriptor, limit: limit, queue: queue))
  }

  func free() {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// Bytes accepted and not yet taken by the kernel.
  public var pendingBytes: Int { state.pointee.pendingBytes }

  /// True once an append went over the bound, or the connection closed; from then on appends are ignored.
  public var isOverflowed: Bool { state.pointee.isOverflowed }

  /// Appends whole units (lines, frames) to be sent at the end of this turn.
  ///
  /// When the unsent bytes exceed the connection's bound, even after the kernel was offered what is there,
  /// the output has overflowed: from these bytes on nothing is kept, and the handler is told at the end of
  /// the turn. `mark`: what all of them together show.
  @inline(__always)
  public func append(_ bytes: UnsafeRawBufferPointer, mark: OutputMark? = nil) {
    state.pointee.append(bytes, mark.map(OutputState.Marking.one) ?? .none, handle: self)
  }

  /// The same for an array.
  public func append(_ bytes: [UInt8], mark: OutputMark? = nil) {
    bytes.withUnsafeBytes { append($0, mark: mark) }
  }

  /// Appends the units of `run` from `start` on, which is where one begins.
  public func append(_ run: MarkedBytes, from start: Int) {
    run.bytes.withUnsafeBytes { bytes in
      run.marks.withUnsafeBufferPointer { marks in
        state.pointee.append(
          UnsafeRawBufferPointer(rebasing: bytes[start...]), .copied(marks, from: start), handle: self)
      }
    }
  }

  /// The first mark of `lane` whose bytes were not kept.
  public func firstLost(of lane: OutputLane) -> Int64? { state.pointee.marks.lost.first(of: lane) }

  /// The first mark of each lane that waits, or was not kept.
  public func waitingMarks() -> DroppedMarks {
    state.pointee.keepShared(sent: 0)
    return state.pointee.waitingMarks()
  }

  /// Appends past the bound: for a farewell, after ``dropUnsent(from:)``.
  func appendFarewell(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { state.pointee.keep($0, .none, handle: self) }
  }

  /// The connection is going to be cut off because all together held too much, and it held most.
  var isEvicted: Bool { state.pointee.isEvicted }

  /// The connection holds so many bytes besides what waits to be sent.
  func hold(_ bytes: Int) {
    if bytes != state.pointee.held { state.pointee.hold(bytes, handle: self) }
  }

  /// The end of a connection that is cut off: no memory but for what is still to be sent.
  func settle() {
    state.pointee.shrink()
    state.pointee.endEviction()
  }

  /// Ignores all appends from now on. Those would be sent to whoever has the descriptor next.
  func refuseMore() { state.pointee.isOverflowed = true }

  /// The buffered bytes from the last known unit boundary on, with the count of those already sent.
  func withBuffered<Result>(_ body: (_ bytes: UnsafeRawBufferPointer, _ sent: Int) -> Result) -> Result {
    state.pointee.keepShared(sent: 0)
    let count = state.pointee.tail
    return body(UnsafeRawBufferPointer(start: state.pointee.base, count: count), state.pointee.head)
  }

  /// Removes everything from `offset` on, where a unit begins that was not sent, and returns what was marked
  /// of it.
  func dropUnsent(from offset: Int) -> DroppedMarks {
    state.pointee.keepShared(sent: 0)
    return state.pointee.dropUnsent(from: offset)
  }

  /// Forgets the first `count` bytes, all of them sent.
  func forgetSent(_ count: Int) { state.pointee.forgetSent(count) }

  /// Offers the unsent bytes to the kernel.
  func flush() -> FlushResult { state.pointee.flush() }
}

enum FlushResult: Equatable {
  case drained
  case blocked
  case failed(Int32)
}

extension Reactor {
  /// Appends the same bytes, whole units, to all outputs but those in `excluded` (few). The fan-out: an
  /// output that has nothing else to send in this turn sends them from where they are, once for all.
  public func append(_ run: MarkedBytes, to members: [Output], except excluded: [Output]) {
    if run.bytes.isEmpty || members.isEmpty { return }
    let shared = outputs.arena.copy(run)
    members.withUnsafeBufferPointer { members in
      for output in members where excluded.isEmpty || !excluded.contains(output) {
        output.state.pointee.appendShared(shared, handle: output)
      }
    }
  }
}
