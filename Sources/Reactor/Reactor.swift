import CLinux
import Glibc

/// The state of one event loop: its sockets, timers and mailboxes. Confined to the loop; see ``EventLoop``.
///
/// A turn: wait for events; dispatch them; take the mail; run due timers; let the turn-end receivers finish
/// their batches; one `send()` for each connection with output; free what closed.
public final class Reactor {
  /// How long a connection may take to accept its last bytes.
  static let farewellMilliseconds: Int64 = 10_000
  /// Sent bytes that may stay in an output block before they are moved out.
  static let keptSentBytes = 65_536

  let outputs: OutputQueue
  /// Where sockets are read into; whoever reads consumes before the next read.
  let scratch: UnsafeMutableBufferPointer<UInt8>
  var resumed: [Connection] = []

  private let poller: Poller
  /// What the time is, if it is not that of the monotonic clock: where a test is to be repeated.
  private let clock: (() -> Int64)?
  private var releaser: MemoryReleaser
  private let wakeDescriptor: Int32
  private var sources: [(any Pollable)?] = []
  private var closed: [Connection] = []
  /// The next turn must not wait for an event.
  var owesTurn = false
  private var timers = TimerQueue<() -> Void>()
  private var mailReceivers: [() -> Void] = []
  private var turnEnds: [() -> Void] = []
  /// Connections that are open on this loop, in any phase.
  public private(set) var connectionCount = 0
  /// Counts the turns, from 1.
  public private(set) var turn = 0
  /// When this turn began, in milliseconds of the monotonic clock: exact enough for limits, and free.
  public private(set) var turnTime: Int64 = 0

  init(wakeDescriptor: Int32, memory: MemoryShare, clock: (() -> Int64)? = nil) throws(SystemError) {
    self.wakeDescriptor = wakeDescriptor
    self.clock = clock
    outputs = OutputQueue(memoryLimit: memory.limit)
    releaser = MemoryReleaser(memory)
    scratch = .allocate(capacity: 65_536)
    poller = try Poller()
    turnTime = now
    // EPOLLET: see LoopExecutor.wakeDescriptor.
    try poller.add(wakeDescriptor, EVENT_IN | EVENT_EDGE)
  }

  deinit { scratch.deallocate() }

  /// Milliseconds of the monotonic clock.
  public var now: Int64 {
    if let clock { return clock() }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Runs `action` on the loop once, not before `milliseconds` have passed.
  public func after(milliseconds: Int64, _ action: @escaping () -> Void) {
    timers.add(deadline: now + milliseconds, action)
  }

  /// Runs `action` on the loop again and again, with at least `milliseconds` in between.
  public func every(milliseconds: Int64, _ action: @escaping () -> Void) {
    after(milliseconds: milliseconds) { [weak self] in
      action()
      self?.every(milliseconds: milliseconds, action)
    }
  }

  /// Lets `body` have everything that was posted to `mailbox`, once a turn, in order.
  public func receive<Item: Sendable>(_ mailbox: Mailbox<Item>, _ body: @escaping ([Item]) -> Void) {
    mailReceivers.append {
      let items = mailbox.take()
      if !items.isEmpty { body(items) }
    }
  }

  /// Runs `body` in each turn after all events, before output is sent. For work that is done once for many
  /// events.
  public func atTurnEnd(_ body: @escaping () -> Void) { turnEnds.append(body) }

  /// Makes the next turn come without waiting for an event.
  public func goOnSoon() { owesTurn = true }

  /// Takes over a connected, non-blocking socket. `makeHandler` is called at once. `outputLimit`: bytes that
  /// may wait to be sent. False when the kernel does not watch another one: then the socket is closed, and
  /// there is no handler.
  @discardableResult
  public func adopt(
    _ descriptor: Int32, outputLimit: Int, makeHandler: (Connection) -> any ConnectionHandler
  ) -> Bool {
    let connection = Connection(descriptor: descriptor, reactor: self, outputLimit: outputLimit)
    do {
      try watch(descriptor, for: EVENT_IN, connection)
    } catch {
      close(descriptor)
      connection.output.free()
      return false
    }
    connectionCount += 1
    connection.handler = makeHandler(connection)
    return true
  }

  // MARK: For sources

  func watch(_ descriptor: Int32, for interest: UInt32, _ source: any Pollable) throws(SystemError) {
    try poller.add(descriptor, interest)
    let index = Int(descriptor)
    if index >= sources.count {
      sources.append(contentsOf: repeatElement(nil, count: max(index + 1, sources.count * 2) - sources.count))
    }
    sources[index] = source
  }

  var allSources: [any Pollable] { sources.compactMap(\.self) }

  /// For a descriptor that is closed now, which takes it out of the poll set.
  func unwatch(_ descriptor: Int32) { sources[Int(descriptor)] = nil }

  /// For a descriptor that stays open and gets another source.
  func forget(_ descriptor: Int32) {
    unwatch(descriptor)
    // Fails only for what is not in the set, and then nothing is left to do.
    try? poller.remove(descriptor)
  }

  func changeInterest(of descriptor: Int32, to interest: UInt32) throws(SystemError) {
    try poller.modify(descriptor, interest)
  }

  func changeInterest(of connection: Connection, to interest: UInt32) {
    do {
      try poller.modify(connection.descriptor, interest)
    } catch {
      connection.close()
    }
  }

  func flushLater(_ output: Output) {
    if output.state.pointee.isDirty { return }
    output.state.pointee.isDirty = true
    outputs.dirty.append(output)
  }

  func remove(_ connection: Connection) {
    unwatch(connection.descriptor)
    closed.append(connection)
    connectionCount -= 1
  }

  // MARK: A turn

  /// `mayWait`: until something happens, or a timer is due.
  func waitAndDispatch(mayWait: Bool) {
    let count = poller.wait(milliseconds: mayWait ? pollTimeout : 0)
    turn += 1
    turnTime = now
    for index in 0..<count {
      let (descriptor, ready) = poller.event(at: index)
      if descriptor == wakeDescriptor { continue }
      // A source may have gone in this very turn.
      sources[Int(descriptor)]?.ready(ready)
    }
    for receive in mailReceivers { receive() }
    while let action = timers.popDue(now: turnTime) { action() }
    offerResumedInput()
  }

  func finishTurn() {
    owesTurn = false
    // What the ends of the turn cause may resume input, and the other way round, until neither has work.
    repeat {
      offerResumedInput()
      for end in turnEnds { end() }
    } while !resumed.isEmpty
    flushOutputs()
    // Who was told of an end, or that an output has drained, may have left work for the end of a turn.
    if !closed.isEmpty {
      owesTurn = true
      freeClosed()
    }
  }

  /// Closes what is open and forgets everybody who is called: who is called may hold the reactor.
  func end() {
    for source in allSources { (source as? Connection)?.close() }
    freeClosed()
    (mailReceivers, turnEnds, timers) = ([], [], TimerQueue())
  }

  private func freeClosed() {
    // Who closed while it was flushed may have been appended to before.
    outputs.dirty.removeAll { $0.state.pointee.connection?.phase == .closed }
    for connection in closed { connection.output.free() }
    closed.removeAll(keepingCapacity: true)
  }

  private var pollTimeout: Int32 {
    if owesTurn || !resumed.isEmpty || !outputs.dirty.isEmpty { return 0 }
    guard let next = timers.next else { return -1 }
    return Int32(clamping: max(0, next - now))
  }

  private func offerResumedInput() {
    while let connection = resumed.popLast() { connection.offerAgain() }
  }

  private func flushOutputs() {
    // A flush may make others dirty (a connection that closes is announced to its rooms); they wait for the
    // next turn.
    let dirty = outputs.dirty
    outputs.dirty = []
    outputs.dirty.reserveCapacity(dirty.count)
    for output in dirty {
      output.state.pointee.isDirty = false
      // The hot path of fan-out does not touch the connection, whose memory is cold.
      if output.state.pointee.sendsShared() { continue }
      output.state.pointee.connection?.flush()
      output.state.pointee.keepMarks()
    }
    // Their shared bytes are kept, or the arena would grow for as long as some output is busy turn after
    // turn.
    for output in outputs.dirty {
      output.state.pointee.keepShared(sent: 0)
      output.state.pointee.keepMarks()
    }
    outputs.arena.reset()
    keepToBudget()
  }

  /// Those that hold most go, some in each turn, until the rest holds no more than may be.
  private func keepToBudget() {
    if outputs.isOverBudget { _ = outputs.evictLargest() }
    if outputs.hasEvicted {
      for output in outputs.takeEvicted() { output.state.pointee.connection?.giveWay() }
      owesTurn = true
    }
    if let delay = releaser.look(at: outputs.heldBytes, outputs.evictions) {
      after(milliseconds: delay) { [weak self] in
        if let self { releaser.release(outputs.heldBytes) }
      }
    }
  }
}
