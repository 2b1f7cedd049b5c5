import ChatCore
import ChatTestSupport
import Delivery
import LineProtocol
import Reactor

/// The whole chat in one thread: two loops, the order, the state, a log in memory, and clients at all doors.
/// A seed decides who does something next, and how much of it; the same seed gives the same run.
final class Simulation {
  static let rooms = ["a", "b", "c"]
  static let names = ["ann", "bob", "cat", "dan", "eve", "fay"]

  let seed: UInt64
  let truth = Truth()
  var random: SeededGenerator
  let store: MemoryStore
  private let order: SimulatedOrder
  private let bus: LocalEventBus
  private let applier: Applier
  private var loops: [SimulatedLoop] = []
  private var clients: [SimulatedClient] = []
  private let time = SimulatedTime()
  private let reads = WaitingReads()
  /// Decided, and not published yet.
  private var unpublished: [Batch] = []
  private var requestsLeft: Int
  /// Below 64 KiB, the least that the server lets be configured, who resumes a long history may be cut off
  /// again and again: not at the end of a run, when everybody reads.
  private let outputLimit: Int
  private var isDraining = false
  private let sendBuffer: Int32
  private let hasFaults: Bool
  private let isTraced: Bool

  init(seed: UInt64, requests: Int, isTraced: Bool = false) throws {
    self.seed = seed
    self.isTraced = isTraced
    requestsLeft = requests
    random = SeededGenerator(seed: seed)
    outputLimit = random.pick([3_000, 10_000, 65_536, 1 << 20])
    sendBuffer = random.pick([1, 8_192, 65_536])
    hasFaults = random.oneIn(2)
    let (time, reads) = (self.time, self.reads)
    store = MemoryStore(reader: { reads.add($0) })
    order = SimulatedOrder(limit: random.pick([2_000, 20_000, 1 << 20]))
    bus = LocalEventBus(log: store)
    applier = Applier(ChatState(), order: LocalOrder(), store: store) { time.now }
    let memory = random.pick([100_000, 1 << 30, 1 << 30])
    let eventLoops = try (0..<2).map { _ in
      try EventLoop(memory: MemoryShare(limit: memory), clock: { time.now })
    }
    let mailboxes = Mailboxes(loops: eventLoops, bus: bus)
    loops = eventLoops.map(SimulatedLoop.init)
    for (index, loop) in loops.enumerated() { loop.attach(index, order, store, mailboxes) }
    for _ in 0..<3 { clients.append(PlainClient(clients.count, self)) }
    for _ in 0..<2 { clients.append(IRCClient(clients.count, self)) }
    for _ in 0..<2 { clients.append(WebSocketClient(clients.count, self)) }
    for _ in 0..<2 { clients.append(HTTPClient(clients.count, self)) }
  }

  /// Somebody has asked for something.
  func asked() { requestsLeft -= 1 }

  /// Tells what clients send and are sent, if that is asked for.
  func trace(_ text: @autoclosure () -> String) {
    if isTraced { print(text()) }
  }

  func connect(_ door: SimulatedLoop.Door) -> (PeerSocket, SessionID?) {
    random.pick(loops).connect(door, sendBuffer: sendBuffer, outputLimit: isDraining ? 1 << 20 : outputLimit)
  }

  // MARK: A run

  /// Returns what went wrong.
  func run() -> [String] {
    defer {
      for client in clients { client.socket?.close() }
      for loop in loops { loop.end() }
    }
    while requestsLeft > 0, truth.failures.isEmpty { step() }
    store.withdrawFaults()
    store.failReads(nil)
    drain("the end")
    if !truth.failures.isEmpty { return truth.failures }
    for client in clients { client.askNames() }
    drain("the lists of names")
    if !truth.failures.isEmpty { return truth.failures }
    var names: [String: Set<String>] = [:]
    for (room, name) in clients.flatMap(\.presences) { names[room, default: []].insert(name.lowercased()) }
    for client in clients { client.checkEnd(names) }
    truth.checkSayings()
    return truth.failures
  }

  private func step() {
    let client = random.pick(clients)
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<22: act(client)
    case 22..<38: client.socket?.write(random.pick([1, 7, 60, 500, 1 << 16]))
    case 38..<54:
      if !client.isSlow || random.oneIn(30) { read(client, random.pick([1, 30, 400, 4_000, 1 << 16])) }
    case 54..<74: random.pick(loops).turn()
    case 74..<86: decide(Int.random(in: 1...12, using: &random))
    case 86..<91: publish()
    case 91..<95: answerRead()
    case 95..<97: time.pass(random.pick([1, 10, 350]))
    case 97: if random.oneIn(10) { time.pass(6_000) }
    case 98: if random.oneIn(4) { client.close() }
    default: disturb()
    }
  }

  private func act(_ client: SimulatedClient) {
    if client.socket == nil { return client.connect() }
    client.act()
  }

  private func read(_ client: SimulatedClient, _ count: Int) {
    guard let socket = client.socket else { return }
    socket.read(count)
    client.received()
    if socket.hasEnded, client.socket === socket { client.disconnected() }
  }

  private func decide(_ count: Int) {
    publish()
    let before = truth.newest
    let requests = order.take(count)
    if requests.isEmpty { return }
    let events = applier.decide(requests[...])
    if isTraced { for event in events { trace("    decided: \("\(event)".prefix(300))") } }
    let shown = Set(events.compactMap(\.entryID))
    let new = store.entries.reversed().prefix { $0.entryID.map { $0 > before } ?? false }
    let hidden = new.reversed().filter { $0.entryID.map { !shown.contains($0) } ?? false }
    truth.decided(events, hidden: hidden)
    unpublished.append(Batch(events: events))
  }

  private func publish() {
    if !unpublished.isEmpty { trace("    published") }
    for batch in unpublished {
      truth.published(batch)
      bus.publish(batch)
    }
    unpublished = []
  }

  private func answerRead() {
    if reads.count > 0 { reads.answer(Int.random(in: 0..<reads.count, using: &random)) }
  }

  private func disturb() {
    guard hasFaults else { return }
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1: store.inject(.notStored(write: Int.random(in: 0..<3, using: &random)))
    case 2: store.inject(.notStored(write: nil))
    case 3: store.inject(.outcomeUnknown(isStored: true))
    case 4: store.inject(.outcomeUnknown(isStored: false))
    case 5: store.failReads(.unreadable(reason: "injected"))
    case 6, 7: store.failReads(nil)
    default: trim()
    }
  }

  private func trim() {
    let stored = store.storedRooms
    guard !stored.isEmpty else { return }
    let room = random.pick(stored)
    guard room.newest > 0 else { return }
    let through = MessageID(Int64.random(in: 1...room.newest.number, using: &random))
    store.trim(room.id, through: through)
    truth.trim(room.name.text, through: through)
  }

  /// Everybody reads, and everything is dealt with, until nobody waits for anything.
  private func drain(_ what: String) {
    isDraining = true
    var quiet = 0
    for _ in 0..<3_000 where truth.failures.isEmpty {
      for client in clients {
        if client.socket == nil { client.connect() }
        client.settle()
        client.socket?.write(1 << 16)
        read(client, 1 << 16)
      }
      for loop in loops { loop.turn() }
      while order.count > 0 { decide(.max) }
      publish()
      while reads.count > 0 { answerRead() }
      time.pass(100)
      let isIdle = clients.allSatisfy { client in client.isIdle && client.socket?.outgoing.isEmpty == true }
      quiet = isIdle ? quiet + 1 : 0
      if quiet > 6 { return }
    }
    if !truth.failures.isEmpty { return }
    let waiting = clients.filter { !$0.isIdle }.map { "\($0.who): \($0)" }
    truth.fail("\(what): these wait for ever: \(waiting)")
  }
}
