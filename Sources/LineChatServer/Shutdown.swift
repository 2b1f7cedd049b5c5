import ChatStore
import Delivery
import Glibc
import Reactor
import Threads

/// How the server ends: accept no more, commit what is pending, tell clients where to resume, close.
final class Shutdown: Sendable {
  /// Clients have this long to take their last lines; the whole end stays within five seconds.
  private static let farewellMilliseconds: Int64 = 3_000
  private static let pollMilliseconds: Int64 = 10

  static let signals = [SIGTERM, SIGINT]

  private struct State {
    var hasBegun = false
    var allStored = true
    var openLoops: Int
    var tasks: [Task<Void, Never>] = []
  }

  private let state: Lock<State>
  private let loops: [EventLoop]
  private let log: SQLiteEventLog
  private let serverLog: ServerLog
  private let serviceManager: ServiceManager
  private let farewells: [Mailbox<Void>]

  init(_ server: Server) {
    state = Lock(State(openLoops: server.loops.count))
    loops = server.loops
    log = server.log
    serverLog = server.serverLog
    serviceManager = server.serviceManager
    farewells = server.loops.map { $0.mailbox(of: Void.self) }
  }

  /// 0, or 1 if something pending could not be stored.
  var status: Int32 { state.withLock { $0.allStored ? 0 : 1 } }

  /// Begins the end at SIGTERM or SIGINT. On loop 0.
  func listen(_ reactor: Reactor, closeDoors: @escaping () -> Void) throws {
    _ = try SignalSource(Self.signals, reactor: reactor) { [self] signal in
      if state.withLock({ $0.hasBegun }) { return }
      let tasks = state.withLock { state in
        state.hasBegun = true
        return state.tasks
      }
      for task in tasks { task.cancel() }
      serverLog.info("stopping: signal \(signal)")
      serviceManager.stopping()
      closeDoors()
      storePending()
    }
  }

  /// A task that works until the end begins.
  func atBegin(cancel task: Task<Void, Never>) { state.withLock { $0.tasks.append(task) } }

  /// Committing may take a while; the loops go on acknowledging what gets stored.
  private func storePending() {
    let finish: @Sendable () -> Void = { [self] in
      let allStored = log.stop()
      state.withLock { $0.allStored = allStored }
      for mailbox in farewells { mailbox.post(()) }
    }
    do {
      try Thread.detached(finish)
    } catch {
      finish()
    }
  }

  /// Lets a loop take its leave when it is told to. On that loop.
  func attach(_ index: Int, _ shard: Shard) {
    var isAfterLastBatch = false
    shard.reactor.receive(farewells[index]) { [self] _ in
      // The last batch may have come after this turn's look at batches: it is shown, and acknowledged, in the
      // next one.
      if !isAfterLastBatch {
        isAfterLastBatch = true
        return farewells[index].post(())
      }
      shard.forEachParticipant { $0.shutDown() }
      waitForConnections(shard.reactor, until: shard.reactor.now + Self.farewellMilliseconds)
    }
  }

  private func waitForConnections(_ reactor: Reactor, until deadline: Int64) {
    if reactor.connectionCount > 0, reactor.now < deadline {
      reactor.after(milliseconds: Self.pollMilliseconds) { [self] in
        waitForConnections(reactor, until: deadline)
      }
      return
    }
    let isLast = state.withLock { state in
      state.openLoops -= 1
      return state.openLoops == 0
    }
    if isLast { for loop in loops { loop.stop() } }
  }
}
