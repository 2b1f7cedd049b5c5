import ChatCore
import ChatTestSupport
import Delivery
import LineProtocol
import Reactor

/// The server of a run, as long as it lives: two loops with their doors, the order and the state. The log in
/// memory outlives it, as a disk does.
final class SimulatedServer {
  let order: SimulatedOrder
  let loops: [SimulatedLoop]
  private let bus: LocalEventBus
  private let applier: Applier
  private let time: SimulatedTime

  /// `memory`, `orderLimit`: bytes that wait, of each loop and in the order. `replayBytes`: what the replays of
  /// a loop may show in a turn.
  init(_ store: MemoryStore, _ time: SimulatedTime, memory: Int, orderLimit: Int, replayBytes: Int) throws {
    self.time = time
    store.start()
    order = SimulatedOrder(limit: orderLimit)
    bus = LocalEventBus(log: store)
    let rooms = store.storedRooms
    let lastRoom = rooms.map(\.id.number).max() ?? 0
    applier = Applier(
      ChatState(rooms: rooms, lastRoom: lastRoom), order: LocalOrder(), store: store
    ) { time.now }
    let eventLoops = try (0..<2).map { _ in
      try EventLoop(memory: MemoryShare(limit: memory), clock: { time.now })
    }
    let mailboxes = Mailboxes(loops: eventLoops, bus: bus)
    loops = eventLoops.map(SimulatedLoop.init)
    for (index, loop) in loops.enumerated() {
      loop.attach(index, order, store, mailboxes, rooms: rooms, replayBytes: replayBytes)
    }
  }

  /// Decides so many of the requests that wait, and stores what comes of them.
  func decide(_ count: Int) -> [Event] {
    let requests = order.take(count)
    return requests.isEmpty ? [] : applier.decide(requests[...])
  }

  func publish(_ batch: Batch) { bus.publish(batch) }

  func turn() { for loop in loops { loop.turn() } }

  func end() { for loop in loops { loop.end() } }
}
