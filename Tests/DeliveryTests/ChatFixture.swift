import ChatCore
import Glibc
import LineProtocol
import TestSupport
import Threads
import Traffic

@testable import Delivery
@testable import Reactor

/// Loops, hub, bus and a log in memory that publishes on a thread of its own, as the real one does.
final class ChatFixture: Sendable {
  let loops: [EventLoop]
  let log = MemoryLog()
  let bus: LocalEventBus
  let exchange: Exchange
  let metrics = DeliveryMetrics()
  private let shards: Lock<[Confined]>

  /// A shard on its way back to its own loop.
  private struct Confined: @unchecked Sendable { let shard: Shard }

  private let readPatience: Int64
  /// What was logged.
  let incidents = Lock([String]())

  init(loops count: Int, readPatience: Int64 = 60_000) throws {
    self.readPatience = readPatience
    loops = try (0..<count).map { _ in try EventLoop() }
    bus = LocalEventBus(log: log)
    exchange = Exchange(loops: loops, bus: bus)
    shards = Lock([])
    log.publish = { [bus] in bus.publish($0) }
    for index in loops.indices { try start(index) }
  }

  private func start(_ index: Int) throws {
    let ready = Semaphore()
    let (loop, fixture) = (loops[index], self)
    try Thread.detached {
      try? loop.run { reactor in
        let shard = fixture.exchange.attach(
          loop: index, reactor, hub: index == 0 ? Hub() : nil, log: fixture.log, formats: [TextFormat()],
          metrics: fixture.metrics, readPatience: fixture.readPatience,
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

  func stop() { for loop in loops { loop.stop() } }
}

/// `id text` lines.
struct TextFormat: EventFormat {
  var quitsPerRoom: Bool { true }
  func encode(_ message: Message, into out: inout [UInt8]) { out += Array("\(message.id)\n".utf8) }
  func encode(_ notice: Notice, into out: inout [UInt8]) {}
}

/// Gives ids and publishes at once; reads answer from another thread.
final class MemoryLog: EventLog {
  private let messages = Lock<[(RoomID, Message)]>([])
  private let order = Lock<Void>(())
  nonisolated(unsafe) var publish: (@Sendable (Batch) -> Void)?
  /// Reads fail with it.
  nonisolated(unsafe) var failure: LogError?
  /// Runs before each answer to a read, on a thread of its own, with the room and the number of the read, counted from 1.
  nonisolated(unsafe) var beforeAnswer: (@Sendable (RoomID, Int) -> Void)?
  private let readsSoFar = Lock(0)
  var isFull: Bool { false }
  var isHealthy: Bool { true }
  var lastID: Int64 { messages.withLock { Int64($0.count) } }
  var reads: Int { readsSoFar.withLock { $0 } }

  func append(_ events: [Event]) {
    if events.isEmpty { return }
    order.withLock { _ in
      var events = events
      for index in events.indices { complete(&events[index]) }
      publish?(Batch(events: events))
    }
  }

  private func complete(_ event: inout Event) {
    messages.withLock { messages in
      switch event.change {
      case .message(let room, var message):
        message.id = Int64(messages.count + 1)
        messages.append((room, message))
        event.change = .message(room, message)
      case .joined(let id, _, let name, let nick, let after, let isAnnounced):
        let newest = messages.last { $0.0 == id }?.1.id ?? 0
        event.change = .joined(
          id, RoomState(newest: newest), room: name, nick: nick, after: after, isAnnounced: isAnnounced)
      default: break
      }
    }
  }

  func read(
    _ query: HistoryQuery, completion: @escaping @Sendable (Result<HistoryPage, LogError>) -> Void
  ) {
    guard case .after(let id, let through) = query.range, let room = query.room else { return }
    let number = readsSoFar.withLock { reads in
      reads += 1
      return reads
    }
    let found = messages.withLock { messages in
      messages.filter { $0.0 == room && $0.1.id > id && $0.1.id <= through }.map(\.1)
    }
    let page = HistoryPage(
      entries: found.prefix(query.limit).map(Entry.message), hasMore: found.count > query.limit, trimmedTo: 0)
    // Not a task: the tests block the threads that tasks run on.
    let (beforeAnswer, failure) = (self.beforeAnswer, self.failure)
    try? Thread.detached {
      beforeAnswer?(room, number)
      completion(failure.map { .failure($0) } ?? .success(page))
    }
  }
}
