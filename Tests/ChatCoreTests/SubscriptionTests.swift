import ChatTestSupport
import LineProtocol
import Testing

@testable import ChatCore

@Suite(.timeLimit(.minutes(5))) struct SubscriptionTests {
  @Test func aSubscriberThatFallsBehindMissesNothing() async {
    let log = MemoryStore()
    let bus = LocalEventBus(log: log)
    let subscription = bus.subscribe { _ in true }
    var ids: [MessageID] = []
    // Far more than the buffer holds, before the first is read.
    bus.publish(log.add(1...5))
    bus.publish(log.add(6...2_000))
    for _ in 0..<2_000 { ids.append(await subscription.next()?.id ?? 0) }
    // Live again, and once more behind.
    bus.publish(log.add(2_001...2_001))
    ids.append(await subscription.next()?.id ?? 0)
    bus.publish(log.add(2_002...3_000))
    for _ in 0..<999 { ids.append(await subscription.next()?.id ?? 0) }
    #expect(ids == Array(1...3_000))
  }

  @Test func waitsForWhatIsPublishedLater() async {
    let log = MemoryStore()
    let bus = LocalEventBus(log: log)
    let subscription = bus.subscribe { $0.text != "2" }
    async let first = subscription.next()
    bus.publish(log.add(1...3))
    #expect(await first?.id == 1)
    #expect(await subscription.next()?.id == 3)
  }

  /// Topics are nobody's to answer. They move the cursor, live and where the subscriber falls behind them.
  @Test func topicsArePassedOver() async throws {
    let log = MemoryStore()
    let bus = LocalEventBus(log: log)
    let subscription = bus.subscribe { _ in true }
    let topic = Topic(text: "tea", author: "bob", time: Timestamp(milliseconds: 0))
    let room = try RoomName("r")
    var id: MessageID = 0
    func say(_ messages: Int64) {
      bus.publish(log.add(id.next...id.advanced(by: messages)))
      id = id.advanced(by: messages + 1)
      let change = TopicChange(
        id: id, room: RoomID(1), name: room, topic: topic, old: nil,
        before: RoomBefore(isStored: true, newest: id.previous))
      let event = Event(origin: SessionID(loop: 0, serial: 1), .topic(change))
      log.add([event])
      bus.publish(Batch(events: [event]))
    }
    say(1)
    #expect(await subscription.next()?.id == 1)
    say(1_000)
    say(1)
    var ids: [MessageID] = []
    for _ in 0..<1_001 { ids.append(await subscription.next()?.id ?? 0) }
    #expect(ids == Array(3...1_002) + [1_004])
    say(1)
    #expect(await subscription.next()?.id == 1_006)
  }

  @Test func aCancelledTaskStopsWaiting() async {
    let subscription = LocalEventBus(log: MemoryStore()).subscribe { _ in true }
    let task = Task { await subscription.next() }
    task.cancel()
    #expect(await task.value == nil)
  }

  @Test func publishersAndASubscriberAtOnce() async {
    let log = MemoryStore()
    let bus = LocalEventBus(log: log)
    let subscription = bus.subscribe { _ in true }
    let publisher = Task.detached { for id in MessageID(1)...20_000 { bus.publish(log.add(id...id)) } }
    for id in MessageID(1)...20_000 {
      let next = await subscription.next()
      #expect(next?.id == id)
      if next?.id != id { break }
    }
    await publisher.value
  }
}

extension MemoryStore {
  fileprivate func add(_ ids: ClosedRange<MessageID>) -> Batch {
    let events = ids.map { id in
      let message = Message(id: id, room: "r", user: "u", text: "\(id)", time: Timestamp(milliseconds: 0))
      let before = RoomBefore(isStored: id > 1, newest: id.previous)
      return Event(
        origin: SessionID(loop: 0, serial: 1), .message(message, in: RoomID(1), once: nil, before: before))
    }
    add(events)
    return Batch(events: events)
  }
}
