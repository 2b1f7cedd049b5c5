import LineProtocol
import Testing
import Threads

@testable import ChatCore

/// A log in memory that reads from what it is given.
final class MemoryLog: EventLog {
  let messages = Lock<[Message]>([])
  var isFull: Bool { false }
  var isHealthy: Bool { true }
  private let given = Lock<Int64>(0)
  var lastID: Int64 { max(messages.withLock { $0.last?.id ?? 0 }, given.withLock { $0 }) }

  /// The id is that of an entry which is no message.
  func giveID(_ id: Int64) { given.withLock { $0 = id } }

  func append(_ events: [Event]) {}

  func read(
    _ query: HistoryQuery, completion: @escaping @Sendable (Result<HistoryPage, LogError>) -> Void
  ) {
    guard case .after(let id, let through) = query.range else { return }
    let found = messages.withLock { $0.filter { $0.id > id && $0.id <= through } }
    completion(
      .success(
        HistoryPage(
          entries: found.prefix(query.limit).map(Entry.message), hasMore: found.count > query.limit,
          trimmedTo: 0)))
  }

  func add(_ ids: ClosedRange<Int64>) -> Batch {
    let new = ids.map {
      Message(id: $0, room: "r", user: "u", text: "\($0)", time: Timestamp(milliseconds: 0))
    }
    messages.withLock { $0 += new }
    return Batch(
      events: new.map { Event(origin: SessionID(loop: 0, serial: 1), .message(RoomID(1), $0)) })
  }
}

@Suite(.timeLimit(.minutes(5))) struct SubscriptionTests {
  @Test func aSubscriberThatFallsBehindMissesNothing() async {
    let log = MemoryLog()
    let bus = LocalEventBus(log: log)
    let subscription = bus.subscribe { _ in true }
    var ids: [Int64] = []
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
    let log = MemoryLog()
    let bus = LocalEventBus(log: log)
    let subscription = bus.subscribe { $0.text != "2" }
    async let first = subscription.next()
    bus.publish(log.add(1...3))
    #expect(await first?.id == 1)
    #expect(await subscription.next()?.id == 3)
  }

  /// Topics are nobody's to answer. They move the cursor, live and where the subscriber falls behind them.
  @Test func topicsArePassedOver() async throws {
    let log = MemoryLog()
    let bus = LocalEventBus(log: log)
    let subscription = bus.subscribe { _ in true }
    let topic = Topic(text: "tea", author: "bob", time: Timestamp(milliseconds: 0))
    let change = Event.Change.topic(RoomID(1), topic, room: try RoomName("r"), id: 0)
    var id: Int64 = 0
    func say(_ messages: Int64) {
      bus.publish(log.add(id + 1...id + messages))
      id += messages + 1
      guard case .topic(let room, let topic, let name, _) = change else { return }
      log.giveID(id)
      bus.publish(
        Batch(events: [
          Event(origin: SessionID(loop: 0, serial: 1), .topic(room, topic, room: name, id: id))
        ]))
    }
    say(1)
    #expect(await subscription.next()?.id == 1)
    say(1_000)
    say(1)
    var ids: [Int64] = []
    for _ in 0..<1_001 { ids.append(await subscription.next()?.id ?? 0) }
    #expect(ids == Array(3...1_002) + [1_004])
    say(1)
    #expect(await subscription.next()?.id == 1_006)
  }

  @Test func aCancelledTaskStopsWaiting() async {
    let subscription = LocalEventBus(log: MemoryLog()).subscribe { _ in true }
    let task = Task { await subscription.next() }
    task.cancel()
    #expect(await task.value == nil)
  }

  @Test func publishersAndASubscriberAtOnce() async {
    let log = MemoryLog()
    let bus = LocalEventBus(log: log)
    let subscription = bus.subscribe { _ in true }
    let publisher = Task.detached { for id in Int64(1)...20_000 { bus.publish(log.add(id...id)) } }
    for id in Int64(1)...20_000 {
      let next = await subscription.next()
      #expect(next?.id == id)
      if next?.id != id { break }
    }
    await publisher.value
  }
}
