import ChatTestSupport
import LineProtocol
import Testing

@testable import ChatCore

/// What holds for any requests. The argument of a test that fails is the seed that it fails for.
@Suite(.timeLimit(.minutes(5))) struct StatePropertyTests {
  private static let seeds: Range<UInt64> = 0..<16

  /// Otherwise the other tests would hold for nothing.
  @Test func everythingHappensInAFuzzedDay() throws {
    var verbs: Set<Request.Verb> = []
    var kinds: Set<String> = []
    var codes: Set<ErrorCode> = []
    for seed in Self.seeds {
      let day = try Day(seed: seed)
      verbs.formUnion(day.requests.map(\.request.action.verb))
      kinds.formUnion(day.events.map(\.name))
      codes.formUnion(day.events.refusals)
    }
    #expect(verbs == Set(Request.Verb.allCases))
    #expect(kinds.count == 12)
    #expect(
      codes.isSuperset(of: [
        .nickInUse, .nickReserved, .noNick, .notJoined, .futureID, .badRoom, .tooManyRooms, .referenceUsed,
      ]))
  }

  @Test(arguments: seeds) func theSameRequestsGiveTheSameStateHoweverTheyAreCut(_ seed: UInt64) throws {
    let day = try Day(seed: seed)
    var generator = SeededGenerator(seed: seed)
    for longest in [1, 7, 50, 250] {
      let replica = Replica(day.states[0])
      var start = 0
      while start < day.requests.count {
        let end = min(day.requests.count, start + Int.random(in: 1...longest, using: &generator))
        try replica.decide(day.requests[start..<end])
        try #require(replica.state.isExactly(day.states[end]), "after request \(end)")
        start = end
      }
      #expect(replica.events == day.events)
    }
  }

  @Test(arguments: seeds) func whatIsUndoneNeverWas(_ seed: UInt64) throws {
    let day = try Day(seed: seed)
    var state = day.states[0]
    var before: [ChatState] = []
    for event in day.events {
      before.append(state)
      state.apply(event)
    }
    let last = try #require(day.states.last)
    try #require(state.isExactly(last))
    for (event, before) in zip(day.events, before).reversed() {
      state.undo(event)
      try #require(state.isExactly(before), "after undoing \(event)")
    }
  }

  /// But for what needs no row: that happens as if nobody had asked for the rest.
  @Test(arguments: seeds) func aFailedBatchIsOneThatNeverWas(_ seed: UInt64) throws {
    var random = try RandomRequests(seed: seed)
    let store = MemoryStore()
    let applier = Applier(
      ChatState(policy: try RandomRequests.policy()), order: LocalOrder(), store: store, clock: { 1_000 })
    for _ in 0..<40 {
      let batch = random.next(Int.random(in: 1...20, using: &random.generator))
      let before = applier.state
      let (lastID, isFailing) = (store.lastID, random.generator.oneIn(2))
      let commits = store.commits
      if isFailing { store.inject(.notStored()) }
      let events = applier.decide(batch[...])
      guard isFailing else { continue }
      if store.commits == commits {
        store.withdrawFaults()
        continue
      }
      #expect(store.lastID == lastID)
      let place = Place(id: lastID.next, time: Timestamp(milliseconds: 1_000))
      var state = before
      var kept: [Event] = []
      for request in batch {
        var trial = state
        var decided: [Event] = []
        trial.decide(request, at: place, log: .closed(.notStored(reason: "injected")), into: &decided)
        if !decided.refusals.contains(.notStored) { state.decide(request, at: place, into: &kept) }
      }
      try #require(applier.state.isExactly(state))
      #expect(kept == events.filter { [$0].refusals != [.notStored] })
    }
  }

  /// Whatever batches fail: what is published is stored, what is stored was published or may have been, and a
  /// start from what is stored finds the rooms under the numbers that the state gives them.
  @Test(arguments: seeds) func whatIsStoredIsWhatIsPublished(_ seed: UInt64) throws {
    var random = try RandomRequests(seed: seed)
    let store = MemoryStore()
    let applier = Applier(
      ChatState(policy: try RandomRequests.policy()), order: LocalOrder(), store: store, clock: { 1_000 })
    let faults: [MemoryStore.Fault?] = [
      nil, .notStored(), .notStored(write: 1), .outcomeUnknown(isStored: true),
      .outcomeUnknown(isStored: false),
    ]
    var published: Set<MessageID> = []
    var doubtful: Set<MessageID> = []
    for _ in 0..<40 {
      let before = store.lastID
      store.withdrawFaults()
      store.inject(random.generator.pick(faults))
      let batch = random.next(Int.random(in: 1...20, using: &random.generator))
      let events = applier.decide(batch[...])
      if events.refusals.contains(.outcomeUnknown) { doubtful.formUnion(before.next..<store.lastID.next) }
      published.formUnion(events.entryIDs)
      let stored = store.entries
      try #require(events.filter { $0.entryID != nil }.allSatisfy(stored.contains))
      let ids = Set(stored.entryIDs)
      try #require(published.isSubset(of: ids) && ids.subtracting(published).isSubset(of: doubtful))
      for room in store.storedRooms {
        let record = try #require(applier.state.rooms[room.id])
        try #require(record.name.text == room.name.text && record.isStored && record.newest <= room.newest)
      }
    }
  }

  @Test(arguments: seeds) func whatIsSavedAndLoadedGoesOnAsIfNothingHadBeen(_ seed: UInt64) throws {
    let day = try Day(seed: seed)
    var generator = SeededGenerator(seed: seed)
    let replica = Replica(day.states[0])
    for (index, placed) in day.requests.enumerated() {
      try replica.decide(CollectionOfOne(placed))
      let saved = replica.state.save()
      try #require(replica.state == day.states[index + 1] && saved == day.states[index + 1].save())
      if generator.oneIn(5) { try replica.load(saved, try RandomRequests.policy()) }
      try #require(replica.state.isExactly(day.states[index + 1]))
    }
    #expect(replica.events == day.events)
  }
}

extension Event {
  /// The name of its kind.
  fileprivate var name: String {
    switch kind {
    case .message: "message"
    case .topic: "topic"
    case .repeated: "repeated"
    case .named: "named"
    case .opened: "opened"
    case .closed: "closed"
    case .joined: "joined"
    case .parted: "parted"
    case .renamed: "renamed"
    case .quit: "quit"
    case .refused: "refused"
    case .wanted: "wanted"
    }
  }
}
