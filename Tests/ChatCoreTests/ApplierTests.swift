import ChatTestSupport
import LineProtocol
import Testing

@testable import ChatCore

@Suite(.timeLimit(.minutes(5))) struct ApplierTests {
  private final class Clock {
    var now: Int64 = 1_000
  }

  private let alice = SessionID(loop: 0, serial: 1)
  private let bob = SessionID(loop: 0, serial: 2)
  private let lobby: RoomName
  private let text: MessageText
  private let bot: Nick
  private let store = MemoryStore()
  private let order = LocalOrder()
  private let clock = Clock()
  private let applier: Applier

  init() throws {
    (lobby, text, bot) = (try RoomName("lobby"), try MessageText("hi"), try Nick("bot"))
    applier = Applier(ChatState(), order: order, store: store) { [clock] in clock.now }
  }

  @discardableResult private func decide(_ requests: Request...) -> [Event] { applier.decide(requests[...]) }

  private func post(_ room: RoomName, _ text: String = "hi", once reference: String? = nil) throws -> Request
  {
    let reference = try reference.map { text throws in try MessageReference(text) }
    return Request(bob, .post(room, try MessageText(text), as: bot, .user, once: reference))
  }

  /// A batch in which everything happens, of which some needs no row.
  private func batch() throws -> [Request] {
    [
      try post(RoomName("new")), Request(alice, .claim(try Nick("ann"))),
      Request(alice, .setTopic(lobby, "two")),
      Request(alice, .publish(lobby, text, .message)),
      Request(alice, .join(try RoomName("other"), after: nil)),
      Request(alice, .part(lobby, reason: nil)),
    ]
  }

  private func enterLobby() throws {
    decide(
      Request(alice, .claim(try Nick("alice"))), Request(alice, .join(lobby, after: nil)),
      Request(alice, .setTopic(lobby, "one")))
  }

  @Test(arguments: [MemoryStore.Fault.notStored(), .notStored(write: 0), .notStored(write: 2)])
  func aFailedBatchLeavesNoTraceButWhatNeedsNoRow(_ fault: MemoryStore.Fault) throws {
    try enterLobby()
    store.inject(fault)
    let events = applier.decide(try batch()[...])
    #expect(events.refusals == [.notStored, .notStored, .notStored] && events.entryIDs.isEmpty)
    // The number of the room that failed is given to the next.
    let other = try RoomName("other")
    #expect(events.contains { $0.kind == .opened(RoomID(2), other) })
    #expect(applier.state.holders == [try Nick("ann"): alice])
    #expect(applier.state.sessions[alice]?.rooms == [RoomID(2)])
    #expect(applier.state.rooms[RoomID(1)]?.topic?.text == "one")
    #expect(applier.state.rooms[RoomID(1)]?.newest == 1)
    // And so are its ids.
    #expect(decide(try post(lobby)).entryIDs == [2])
    #expect(store.entries.entryIDs == [1, 2] && store.applied == 2)
  }

  /// What is said to one who joins must be there.
  @Test func nobodyIsToldOfAnEntryThatIsNotThere() throws {
    try enterLobby()
    store.inject(.notStored())
    let events = decide(try post(lobby), Request(bob, .enter(try Nick("bob"), lobby, after: 1)))
    guard case .joined(let joining) = events.last?.kind else {
      Issue.record("\(events)")
      return
    }
    #expect(joining.newest == 1)
    store.inject(.notStored())
    let carl = SessionID(loop: 0, serial: 3)
    let refused = decide(try post(lobby), Request(carl, .enter(try Nick("carl"), lobby, after: 2)))
    #expect(refused.refusals == [.notStored, .futureID])
  }

  @Test(arguments: [true, false])
  func afterAnUnknownOutcomeIdsAreConsumedAndRoomsKeepTheirNumbers(_ isStored: Bool) throws {
    try enterLobby()
    store.inject(.outcomeUnknown(isStored: isStored))
    let events = applier.decide(try batch()[...])
    #expect(events.refusals == [.outcomeUnknown, .outcomeUnknown, .outcomeUnknown])
    // Whoever follows the events learns of the room that may be on disk.
    let (new, other) = (try RoomName("new"), try RoomName("other"))
    #expect(events.first?.kind == .opened(RoomID(2), new))
    #expect(events.contains { $0.kind == .opened(RoomID(3), other) })
    #expect(applier.state.rooms[RoomID(2)]?.isStored == true)
    #expect(applier.state.rooms[RoomID(1)]?.topic?.text == "one")
    #expect(store.entries.entryIDs == (isStored ? [1, 2, 3, 4] : [1]) && store.tail == 4)
    #expect(store.applied == 1)
    let next = decide(try post(new))
    #expect(next.entryIDs == [5] && next.count == 1 && store.applied == 5)
  }

  /// The room of the message may be on disk. If the part before it were taken back with it, two rooms would
  /// have one name.
  @Test(arguments: [true, false]) func aRoomIsNotMadeAgainInTheBatchThatForgotIt(_ isStored: Bool) throws {
    decide(Request(alice, .enter(try Nick("alice"), lobby, after: nil)))
    store.inject(.outcomeUnknown(isStored: isStored))
    let events = decide(Request(alice, .part(lobby, reason: nil)), try post(lobby))
    #expect(events.refusals == [.outcomeUnknown])
    #expect(
      events.map(\.kind).contains { kind in
        if case .parted(let parting) = kind { parting.room == RoomID(1) } else { false }
      })
    #expect(applier.state.sessions[alice]?.rooms == [])
    #expect(applier.state.rooms.keys.sorted { $0.number < $1.number } == [RoomID(2)])
    // In the room that is there now, everything goes on.
    let next = decide(
      Request(alice, .join(lobby, after: nil)), Request(alice, .publish(lobby, text, .message)))
    #expect(next.refusals.isEmpty && next.entryIDs == [2])
    #expect(decide(Request(alice, .part(lobby, reason: nil))).refusals.isEmpty)
  }

  /// Somebody was there before the first entry failed: the room would be forgotten with its number when they
  /// go.
  @Test func aRoomWhoseFirstEntryMayBeStoredIsNotForgotten() throws {
    decide(Request(alice, .enter(try Nick("alice"), lobby, after: nil)))
    store.inject(.outcomeUnknown(isStored: true))
    #expect(decide(try post(lobby)).refusals == [.outcomeUnknown])
    #expect(!decide(Request(alice, .end(reason: ""))).contains { $0.kind == .closed(RoomID(1), lobby) })
    #expect(decide(try post(lobby)).map(\.entryRoom?.id) == [RoomID(1)])
  }

  @Test func aRoomWhoseFirstEntryIsNotStoredIsForgotten() throws {
    decide(Request(alice, .enter(try Nick("alice"), lobby, after: nil)))
    store.inject(.notStored())
    #expect(decide(try post(lobby)).refusals == [.notStored])
    #expect(decide(Request(alice, .end(reason: ""))).last?.kind == .closed(RoomID(1), lobby))
    #expect(applier.state.rooms.isEmpty)
  }

  @Test func aReferenceIsAnsweredWithTheFirstMessage() throws {
    let posts = try [post(lobby, "a", once: "r"), post(lobby, "b", once: "r"), post(lobby, "a", once: "r")]
    let events = applier.decide(posts[...])
    #expect(events.compactMap(\.repeated).map(\.id) == [1] && events.refusals == [.referenceUsed])
    clock.now = 2_000
    let later = try decide(post(try RoomName("LOBBY"), "a", once: "r"), post(lobby, "c", once: "r"))
    #expect(
      later.compactMap(\.repeated).map(\.time.milliseconds) == [1_000] && later.refusals == [.referenceUsed])
    #expect(store.entries.count == 1)
  }

  @Test func aReferenceOfAFailedBatchIsUnused() throws {
    store.inject(.notStored())
    #expect(decide(try post(lobby, "a", once: "r")).refusals == [.notStored])
    #expect(decide(try post(lobby, "b", once: "r")).compactMap(\.message?.text) == ["b"])
  }

  @Test func aReferenceCountsForADay() throws {
    decide(try post(lobby, "a", once: "r"))
    clock.now += 24 * 3_600_000 - 1
    #expect(decide(try post(lobby, "b", once: "r")).refusals == [.referenceUsed])
    clock.now += 1
    #expect(decide(try post(lobby, "b", once: "r")).entryIDs == [2])
  }

  @Test func aBatchWithoutEntriesTouchesNoDisk() throws {
    store.inject(.notStored())
    let events = decide(
      Request(alice, .claim(try Nick("alice"))), Request(alice, .join(lobby, after: nil)),
      Request(alice, .claim(try Nick("ann"))), Request(bob, .publish(lobby, text, .message)),
      Request(alice, .end(reason: "")))
    #expect(events.refusals == [.noNick] && store.commits == 0)
    #expect(decide(try post(lobby)).refusals == [.notStored] && store.commits == 1)
  }

  @Test func timesOfEntriesNeverFall() throws {
    var times: [Int64] = []
    for now: Int64 in [1_000, 5_000, 3_000, 5_001] {
      clock.now = now
      times += decide(try post(lobby)).compactMap(\.entryTime?.milliseconds)
    }
    #expect(times == [1_000, 5_000, 5_000, 5_001])
    // What may be stored counts.
    clock.now = 9_000
    store.inject(.outcomeUnknown(isStored: true))
    decide(try post(lobby))
    clock.now = 6_000
    #expect(decide(try post(lobby)).map(\.entryTime?.milliseconds) == [9_000])
  }

  // MARK: Batches

  private func batches(of requests: [Request]) -> [Batch] {
    order.submit(requests)
    order.close()
    var batches: [Batch] = []
    applier.run { batches.append($0) }
    #expect(order.queuedBytes == 0 && store.isFinished)
    return batches
  }

  @Test func aBatchHasABoundedNumberOfRequests() throws {
    let count = 2 * Applier.batchRequests + 1
    let batches = batches(of: Array(repeating: try post(lobby, "x"), count: count))
    let sizes = batches.map(\.events.entryIDs.count)
    #expect(sizes == [Applier.batchRequests, Applier.batchRequests, 1] && store.commits == 3)
    #expect(batches.flatMap(\.events.entryIDs) == Array(1...MessageID(Int64(count))))
  }

  @Test func aBatchHasBoundedBytes() throws {
    let long = try post(lobby, String(repeating: "x", count: Limits.text))
    let each = (Applier.batchBytes + long.cost - 1) / long.cost
    let sizes = batches(of: Array(repeating: long, count: each + 1)).map(\.events.entryIDs.count)
    #expect(sizes == [each, 1])
  }

  @Test func aFailedBatchFailsAlone() throws {
    store.inject(nil, .notStored(), nil)
    let count = 2 * Applier.batchRequests + 1
    let batches = batches(of: Array(repeating: try post(lobby, "x"), count: count))
    #expect(batches.map(\.events.refusals.count) == [0, Applier.batchRequests, 0])
    #expect(batches.last?.events.entryIDs == [MessageID(Int64(Applier.batchRequests)).next])
  }
}

extension Event {
  fileprivate var repeated: Message? {
    if case .repeated(let message) = kind { message } else { nil }
  }
}
