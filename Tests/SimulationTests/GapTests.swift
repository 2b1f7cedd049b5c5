import ChatCore
import ChatTestSupport
import Delivery
import LineProtocol
import Reactor
import Testing

/// Found by a run: what is said and removed while a replay reads.
@Suite(.timeLimit(.minutes(5))) struct GapTests {
  @Test func noGapIsToldOfWhatIsShownFromMemory() throws {
    let reads = WaitingReads()
    let store = MemoryStore(reader: { reads.add($0) })
    let order = SimulatedOrder(limit: 1 << 20)
    let bus = LocalEventBus(log: store)
    let applier = Applier(ChatState(), order: LocalOrder(), store: store) { 0 }
    let eventLoop = try EventLoop(clock: { 0 })
    let loop = SimulatedLoop(eventLoop)
    loop.attach(0, order, store, Mailboxes(loops: [eventLoop], bus: bus))
    defer { loop.end() }
    func turn() {
      loop.turn()
      bus.publish(Batch(events: applier.decide(order.take(.max)[...])))
      loop.turn()
    }
    func post(_ text: String) throws {
      let (room, text, nick) = (try RoomName("a"), try MessageText(text), try Nick("ann"))
      order.submit([Request(SessionID(loop: 7, serial: 1), .post(room, text, as: nick, .user))])
      turn()
    }

    try post("one")
    let (peer, _) = loop.connect(.line, sendBuffer: 65_536, outputLimit: 65_536)
    peer.send("NICK bob\nJOIN a 0\n")
    peer.write(.max)
    for _ in 0..<3 { turn() }
    #expect(reads.count == 1)
    try post("two")
    try post("three")
    for room in store.storedRooms { store.trim(room.id, through: 3) }
    reads.answer(0)
    for _ in 0..<3 { turn() }
    peer.read(1 << 16)
    var lines: [String] = []
    while let line = peer.takeLine() { lines.append(line) }
    let time = "1970-01-01T00:00:00.000Z"
    let shown = [
      "OK NICK bob", "OK JOIN a 1", "GAP a 0 1", "HIST a 2 \(time) ann two", "HIST a 3 \(time) ann three",
      "END a 3",
    ]
    #expect(lines == shown)
  }
}
