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
  private var server: SimulatedServer
  private let newServer: () throws -> SimulatedServer
  private let crowd: SimulatedCrowd?
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
  /// The server ends: whoever comes in now is sent away.
  private(set) var isEnding = false
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
    let orderLimit = random.pick([2_000, 20_000, 1 << 20])
    let memory = random.pick([100_000, 1 << 30, 1 << 30])
    let replayBytes = random.pick([1, 300, ReplayPacer.turnBytes])
    let store = self.store
    newServer = {
      try SimulatedServer(
        store, time, memory: memory, orderLimit: orderLimit, replayBytes: replayBytes)
    }
    server = try newServer()
    crowd = random.oneIn(10) ? SimulatedCrowd(count: Int.random(in: 60...140, using: &random)) : nil
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
    random.pick(server.loops).connect(
      door, sendBuffer: sendBuffer, outputLimit: isDraining ? 1 << 20 : outputLimit)
  }

  // MARK: A run

  /// Returns what went wrong.
  func run() throws -> [String] {
    defer {
      for client in clients { client.socket?.close() }
      server.end()
    }
    if let crowd { server.order.submit(try crowd.come()) }
    // Half of the runs have a server that ends and is started again.
    var lives = random.oneIn(2) ? 1 : 2
    let requestsOfLife = requestsLeft / lives
    while lives > 0, truth.failures.isEmpty {
      let end = lives == 1 ? 0 : requestsLeft - requestsOfLife
      while requestsLeft > end, truth.failures.isEmpty { try step() }
      lives -= 1
      if lives > 0, truth.failures.isEmpty { try restart() }
    }
    store.withdrawFaults()
    store.failReads(nil)
    drain("the end")
    passSilence()
    drain("after a silence")
    if !truth.failures.isEmpty { return truth.failures }
    for client in clients { client.askNames() }
    drain("the lists of names")
    if !truth.failures.isEmpty { return truth.failures }
    var names: [String: Set<String>] = [:]
    for name in crowd?.names ?? [] { names[SimulatedCrowd.room, default: []].insert(name) }
    for (room, name) in clients.flatMap(\.presences) { names[room, default: []].insert(name.lowercased()) }
    for client in clients { client.checkEnd(names) }
    truth.checkSayings()
    return truth.failures
  }

  private func step() throws {
    let client = random.pick(clients)
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<22: act(client)
    case 22..<38: client.socket?.write(random.pick([1, 7, 60, 500, 1 << 16]))
    case 38..<54:
      if !client.isSlow || random.oneIn(30) { read(client, random.pick([1, 30, 400, 4_000, 1 << 16])) }
    case 54..<74: random.pick(server.loops).turn()
    case 74..<86: decide(Int.random(in: 1...12, using: &random))
    case 86..<91: publish()
    case 91..<95: answerRead()
    case 95..<97: time.pass(random.pick([1, 10, 350]))
    case 97: if random.oneIn(10) { time.pass(6_000) }
    case 98: if random.oneIn(4) { client.close() }
    default: if let crowd, random.oneIn(2) { server.order.submit(try crowd.stir(&random)) } else { disturb() }
    }
  }

  /// The server ends in good order, and another is started on what it has left.
  private func restart() throws {
    trace("    the server ends")
    isEnding = true
    while server.order.count > 0 { decide(.max) }
    publish()
    server.order.close()
    // The log has read what it was asked for before it has stopped.
    while reads.count > 0 { answerRead() }
    server.turn()
    server.turn()
    let told = clients.filter(\.expectsFarewell).map { ($0.who, $0.socket) }
    for loop in server.loops { loop.shutDown() }
    // Three seconds, in which everybody reads.
    for _ in 0..<300 where clients.contains(where: { $0.socket != nil }) {
      for client in clients { read(client, 1 << 16) }
      server.turn()
      time.pass(10)
    }
    for client in clients where client.socket != nil {
      truth.fail("\(client.who): \(client): still there at the end")
    }
    for (who, socket) in told where socket?.hasFarewell != true {
      truth.fail("\(who): the server has ended without a word")
    }
    server.end()
    reads.forget()
    server = try newServer()
    isEnding = false
    truth.restarted()
    trace("    the server is started again")
    crowd?.serverEnded()
    if let crowd { server.order.submit(try crowd.come()) }
  }

  /// Nobody says anything for longer than the server lets a peer be silent: who does not answer it has to go, and
  /// nobody else.
  private func passSilence() {
    if !truth.failures.isEmpty { return }
    trace("    silence")
    let end = time.now + SimulatedLoop.silence
    while time.now < end {
      time.pass(500)
      server.turn()
      while server.order.count > 0 { decide(.max) }
      publish()
      while reads.count > 0 { answerRead() }
      server.turn()
      for client in clients {
        read(client, 1 << 16)
        client.socket?.write(1 << 16)
      }
    }
    for client in clients where client.isAskedToAnswer {
      let isGone = client.socket == nil
      if isGone == client.isMute { continue }
      truth.fail(
        "\(client.who): \(client): \(client.isMute ? "mute, and still there" : "answers, and was ended")")
    }
    // From here on nobody is to come or go: lists of names are compared.
    for client in clients { client.isMute = false }
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
    let events = server.decide(count)
    if events.isEmpty { return }
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
      server.publish(batch)
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
    var (quiet, received) = (0, 0)
    for _ in 0..<3_000 where truth.failures.isEmpty {
      for client in clients {
        if client.socket == nil { client.connect() }
        client.settle()
        client.socket?.write(1 << 16)
        read(client, 1 << 16)
      }
      server.turn()
      while server.order.count > 0 { decide(.max) }
      publish()
      while reads.count > 0 { answerRead() }
      time.pass(100)
      let isIdle = clients.allSatisfy { client in client.isIdle && client.socket?.outgoing.isEmpty == true }
      // Nor is anybody shown anything any more.
      let before = received
      received = clients.reduce(0) { $0 + ($1.socket?.received ?? 0) }
      quiet = isIdle && received == before ? quiet + 1 : 0
      if quiet > 6 { return }
    }
    if !truth.failures.isEmpty { return }
    let waiting = clients.filter { !$0.isIdle }.map { "\($0.who): \($0)" }
    truth.fail("\(what): these wait for ever: \(waiting)")
  }
}
