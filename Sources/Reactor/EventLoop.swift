import Glibc
import Synchronization

/// One thread that waits for sockets and runs what they cause: an actor whose executor is that thread.
///
/// The state of a loop, its ``Reactor``, belongs to this actor. Code that runs on the loop (connection handlers,
/// mailbox receivers, timers) uses the reactor directly and synchronously; everybody else goes through ``perform(_:)``
/// or a ``Mailbox``.
public actor EventLoop {
  private let reactor: Reactor
  private nonisolated let executor: LoopExecutor
  private nonisolated let stopped = Atomic(false)

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// `memory`: what the loop's connections may hold together. Throws when the kernel has no descriptor left for the poll set.
  public init(memory: MemoryShare = MemoryShare()) throws(SystemError) {
    let executor = try LoopExecutor()
    self.executor = executor
    reactor = try Reactor(wakeDescriptor: executor.wakeDescriptor, memory: memory)
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

  /// Runs the loop on the calling thread until ``stop()``. `prepare` runs first, on the loop; if it throws, the loop does not run.
  public nonisolated func run(prepare: @Sendable (Reactor) throws -> Void) throws {
    executor.adoptCurrentThread()
    try assumeIsolated { try prepare($0.reactor) }
    while !stopped.load(ordering: .acquiring) {
      // One hop into isolation for a whole turn: it costs as much as parsing several lines.
      assumeIsolated { $0.reactor.waitAndDispatch() }
      executor.runJobs()
      assumeIsolated { $0.reactor.finishTurn() }
    }
  }

  /// Lets ``run()`` return after the turn in progress.
  public nonisolated func stop() {
    stopped.store(true, ordering: .releasing)
    executor.wake()
  }
}
