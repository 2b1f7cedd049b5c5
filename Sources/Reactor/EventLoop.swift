import Glibc
import Synchronization

/// One thread that waits for sockets and runs what they cause: an actor whose executor is that thread.
///
/// The state of a loop, its ``Reactor``, belongs to this actor. Code that runs on the loop (connection
/// handlers, mailbox receivers, timers) uses the reactor directly and synchronously; everybody else goes
/// through ``perform(_:)`` or a ``Mailbox``.
public actor EventLoop {
  private let reactor: Reactor
  private nonisolated let executor: LoopExecutor
  private nonisolated let stopped = Atomic(false)

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// `memory`: what the loop's connections may hold together. `clock`: milliseconds, in place of those of the
  /// monotonic clock. Throws when the kernel has no descriptor left for the poll set.
  public init(memory: MemoryShare = MemoryShare(), clock: (@Sendable () -> Int64)? = nil) throws(SystemError)
  {
    let executor = try LoopExecutor()
    self.executor = executor
    reactor = try Reactor(wakeDescriptor: executor.wakeDescriptor, memory: memory, clock: clock)
  }

  /// Runs `body` on the loop, with the loop's reactor. Returns when it has run.
  public func perform<Result: Sendable, Failure: Error>(
    _ body: @Sendable (Reactor) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(reactor)
  }

  /// A queue into this loop that any thread may fill. See ``Reactor/receive(_:_:)``.
  public nonisolated func mailbox<Item: Sendable>(of type: Item.Type) -> Mailbox<Item> {
    let executor = self.executor
    return Mailbox { executor.wake() }
  }

  /// Runs the loop on the calling thread until ``stop()``. `prepare` runs first, on the loop; if it throws,
  /// the loop does not run.
  public nonisolated func run(prepare: @Sendable (Reactor) throws -> Void) throws {
    executor.adoptCurrentThread()
    try assumeIsolated { try prepare($0.reactor) }
    while !stopped.load(ordering: .acquiring) { turn(mayWait: true) }
  }

  private nonisolated func turn(mayWait: Bool) {
    // One hop into isolation for a whole turn: it costs as much as parsing several lines.
    assumeIsolated { $0.reactor.waitAndDispatch(mayWait: mayWait) }
    executor.runJobs()
    assumeIsolated { $0.reactor.finishTurn() }
  }

  /// Makes one turn on the calling thread, without waiting. For who has no ``run(prepare:)``: several loops
  /// can so be run by one thread, in an order that can be repeated.
  public nonisolated func turn() {
    executor.adoptCurrentThread()
    turn(mayWait: false)
  }

  /// Runs `body` on the loop, between two calls of ``turn()`` and on the thread of those.
  public nonisolated func betweenTurns(_ body: @Sendable (Reactor) throws -> Void) rethrows {
    executor.adoptCurrentThread()
    try assumeIsolated { try body($0.reactor) }
  }

  /// Ends a loop whose turns were made by ``turn()``: closes its connections, and calls nobody any more.
  /// Without it the loop and what it runs hold each other.
  public nonisolated func end() {
    executor.adoptCurrentThread()
    assumeIsolated { $0.reactor.end() }
  }

  /// Lets ``run()`` return after the turn in progress.
  public nonisolated func stop() {
    stopped.store(true, ordering: .releasing)
    executor.wake()
  }
}
