import ChatTestSupport
import LineProtocol
import Testing
import Threads

@testable import ChatCore

/// The log that other tests rely on reads as the database does.
@Suite(.timeLimit(.minutes(5))) struct MemoryStoreTests {
  private let a = RoomID(1)
  private let b = RoomID(2)
  private let session = SessionID(loop: 0, serial: 1)

  /// Messages with the ids 1 to `count`, odd ones in `a`, even ones in `b`; a topic of `a` behind them.
  private func store(_ count: MessageID) throws -> MemoryStore {
    let store = MemoryStore()
    let bot = try Nick("bot")
    let names = try [RoomName("b"), RoomName("a")]
    var state = ChatState(rooms: [
      StoredRoom(id: a, name: names[1], topic: nil), StoredRoom(id: b, name: names[0], topic: nil),
    ])
    for id in 1...count {
      store.add(
        state.decide(
          session, .post(names[Int(id.number % 2)], try MessageText("text \(id)"), as: bot, .user), id: id))
    }
    state.decide(session, .enter(bot, names[1], after: nil), id: count.next)
    store.add(state.decide(session, .setTopic(names[1], "beer"), id: count.next))
    return store
  }

  private func read(
    _ store: MemoryStore, _ room: RoomID?, _ range: HistoryQuery.Range, limit: Int = 3, byteLimit: Int = 1_000
  ) async throws -> ([MessageID], Bool) {
    let page = try await store.read(HistoryQuery(room: room, range, limit: limit, byteLimit: byteLimit))
    return (page.messages.map(\.id), page.hasMore)
  }

  @Test func pagesOfARoom() async throws {
    let store = try store(9)
    #expect(try await read(store, a, .newest) == ([5, 7, 9], true))
    #expect(try await read(store, a, .newest, limit: 5) == ([1, 3, 5, 7, 9], false))
    #expect(try await read(store, a, .before(7)) == ([1, 3, 5], false))
    #expect(try await read(store, a, .before(8)) == ([3, 5, 7], true))
    #expect(try await read(store, a, .after(1)) == ([3, 5, 7], true))
    #expect(try await read(store, a, .after(1, through: 7)) == ([3, 5, 7], false))
    #expect(try await read(store, RoomID(3), .newest) == ([], false))
  }

  @Test func pagesOfAllRooms() async throws {
    let store = try store(5)
    #expect(try await read(store, nil, .after(1)) == ([2, 3, 4], true))
    #expect(try await read(store, nil, .after(2)) == ([3, 4, 5], false))
    #expect(try await read(store, nil, .newest) == ([], false))
  }

  @Test func topicsAreReadByWhoAsksForThem() async throws {
    let store = try store(5)
    func ids(_ room: RoomID?, _ range: HistoryQuery.Range, _ kinds: HistoryQuery.Kinds) async throws
      -> [MessageID]
    {
      try await store.read(HistoryQuery(room: room, range, kinds: kinds, limit: 3)).entries.map(\.id)
    }
    #expect(try await ids(a, .newest, .all) == [3, 5, 6])
    #expect(try await ids(a, .newest, .messages) == [1, 3, 5])
    #expect(try await ids(b, .after(2), .all) == [4])
    #expect(try await ids(nil, .after(3), .all) == [4, 5, 6])
  }

  /// A page ends behind the message that goes beyond the bound, and is never empty.
  @Test func pagesHaveBoundedBytes() async throws {
    let store = try store(9)
    #expect(try await read(store, a, .after(0), limit: 9, byteLimit: 0) == ([1], true))
    #expect(try await read(store, a, .newest, limit: 9, byteLimit: 6) == ([7, 9], true))
    #expect(try await read(store, nil, .after(0), limit: 9, byteLimit: 12) == ([1, 2, 3], true))
  }

  @Test func whatIsTrimmedIsGoneAndSaidToBe() async throws {
    let store = try store(9)
    store.trim(a, through: 5)
    let page = try await store.read(HistoryQuery(room: a, .after(0), limit: 9))
    #expect(page.messages.map(\.id) == [7, 9] && page.trimmedTo == 5)
    #expect(try await store.read(HistoryQuery(room: b, .after(0), limit: 9)).trimmedTo == 0)
    #expect(store.storedRooms.map(\.newest) == [10, 8])
    #expect(store.storedRooms.first?.topic?.text == "beer")
  }

  @Test func readsAreDoneWhereATestWants() {
    let queue = WorkQueue<@Sendable () -> Void>()
    let store = MemoryStore { queue.append(contentsOf: [$0]) }
    let pages = Lock([HistoryPage]())
    store.read(HistoryQuery(room: a, .newest, limit: 1)) { result in
      if let page = try? result.get() { pages.withLock { $0.append(page) } }
    }
    #expect(pages.withLock { $0.isEmpty })
    for read in queue.take() ?? [] { read() }
    #expect(pages.withLock { $0.map(\.messages.count) } == [0])
  }

  @Test func readsFailUntilTheyDoNot() async throws {
    let store = try store(1)
    store.failReads(.stopping)
    await #expect(throws: LogError.stopping) { try await read(store, a, .newest) }
    store.failReads(nil)
    #expect(try await read(store, a, .newest) == ([1], false))
  }
}
