import LineProtocol
import Testing
import Threads

@testable import ChatCore

/// A log in memory that reads from what it is given.
final class MemoryLog: EventLog {
  let messages = Lock<[Message]>([])
  var isFull: Bool { false }
  var isHealthy: Bool { true }
  var lastID: Int64 { messages.withLock { $0.last?.id ?? 0 } }

  func append(_ events: [Event]) {}

  func read(
    _ query: HistoryQuery, completion: @escaping @Sendable (Result<HistoryPage, LogError>) -> Void
  ) {
    guard case .after(let id, let through) = query.range else { return }
    let found = messages.withLock { $0.filter { $0.id > id && $0.id <= through } }
    completion(
      .success(
        HistoryPage(
          messages: Array(found.prefix(query.limit)), hasMore: found.count > query.limit, trimmedTo: 0)))
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
