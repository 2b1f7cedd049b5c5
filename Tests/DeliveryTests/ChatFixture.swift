import ChatCore
import ChatTestSupport
import Glibc
import LineProtocol
import TestSupport
import Threads
import Traffic

@testable import Delivery
@testable import Reactor

/// Loops, bus, and a store in memory whose requests are decided on a thread of their own, as the real one's
/// are. Reads answer from other threads.
final class ChatFixture: Sendable {
  let loops: [EventLoop]
  let log: MemoryStore
  let reads: Reads
  let order = LocalOrder()
  let bus: LocalEventBus
  let metrics = DeliveryMetrics()
  /// What was logged.
  let incidents = Lock([String]())
  private let mailboxes: Mailboxes
  private let formats: [any EventFormat]
  private let readTimeout: Int64
  private let shards: Lock<[Confined]>

  /// A shard on its way back to its own loop.
  private struct Confined: @unchecked Sendable { let shard: Shard }

  init(
    loops count: Int, formats: [any EventFormat] = [TextFormat()], policy: Policy = Policy(),
    readTimeout: Int64 = 3_600_000
  ) throws {
    self.readTimeout = readTimeout
    self.formats = formats
    loops = try (0..<count).map { _ in try EventLoop() }
    let reads = Reads()
    let log = MemoryStore { read in reads.begin(read) }
    let bus = LocalEventBus(log: log)
    (self.reads, self.log, self.bus) = (reads, log, bus)
    mailboxes = Mailboxes(loops: loops, bus: bus)
    shards = Lock([])
    for index in loops.indices { try start(index) }
    let order = self.order
    try Thread.detached {
      Applier(ChatState(policy: policy), order: order, store: log) { 0 }.run { bus.publish($0) }
    }
  }

  private func start(_ index: Int) throws {
    let ready = Semaphore()
    let (loop, fixture) = (loops[index], self)
    try Thread.detached {
      try? loop.run { reactor in
        let shard = Shard(
          loop: index, reactor, directory: index == 0 ? Directory() : nil, order: fixture.order,
          log: fixture.log, formats: fixture.formats, metrics: fixture.metrics,
          mailboxes: fixture.mailboxes, readTimeout: fixture.readTimeout,
          incidents: ThrottledLog { line in fixture.incidents.withLock { $0.append(line) } })
        fixture.shards.withLock { $0.append(Confined(shard: shard)) }
        ready.signal()
      }
    }
    ready.wait()
  }

  /// Runs `body` on a loop, with its shard.
  func on(_ loop: Int, _ body: @escaping @Sendable (Shard) -> Void) async {
    let confined = shards.withLock { $0[loop] }
    await loops[loop].perform { _ in body(confined.shard) }
  }

  func stop() {
    for loop in loops { loop.stop() }
    order.close()
  }
}

/// Where the reads of a fixture's log are done: each on a thread of its own. Not in a task: the tests block
/// the threads that tasks run on.
final class Reads: Sendable {
  private struct State {
    var count = 0
    var beforeAnswer: (@Sendable (Int) -> Void)?
  }

  private let state = Lock(State())

  /// How many were asked.
  var count: Int { state.withLock { $0.count } }

  /// Runs before each answer, on the thread of the read, with the read's number, counted from 1.
  func beforeAnswer(_ body: @escaping @Sendable (Int) -> Void) { state.withLock { $0.beforeAnswer = body } }

  fileprivate func begin(_ read: @escaping @Sendable () -> Void) {
    let (number, beforeAnswer) = state.withLock { state in
      state.count += 1
      return (state.count, state.beforeAnswer)
    }
    try? Thread.detached {
      beforeAnswer?(number)
      read()
    }
  }
}

/// `id` lines.
struct TextFormat: EventFormat {
  var quitsPerRoom: Bool { true }
  func encode(_ message: Message, into out: inout [UInt8]) { out += Array("\(message.id)\n".utf8) }
  func encode(_ event: Event, seenBy viewer: EventViewer, into out: inout [UInt8]) {}
}
