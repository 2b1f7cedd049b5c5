import ChatTestSupport
import LineProtocol
import Testing

@testable import ChatCore

/// A state with a log of its own that decides requests at places that are given.
final class Replica {
  private(set) var state: ChatState
  private(set) var events: [Event] = []
  private let store = MemoryStore()

  init(_ state: ChatState) { self.state = state }

  /// The next place, if it is at this time.
  func place(_ time: Timestamp) -> Place { Place(id: store.lastID.next, time: time) }

  /// Decides in one transaction.
  func decide(_ batch: some Sequence<PlacedRequest>) throws {
    try store.transaction { () throws(LogError) in
      for placed in batch {
        let decided = events.count
        state.decide(placed.request, at: placed.place, try use(of: placed), into: &events)
        for event in events[decided...] { try store.write(event) }
      }
    }
  }

  private func use(of placed: PlacedRequest) throws(LogError) -> ReferenceUse {
    guard let said = placed.request.action.utterance, let reference = said.reference,
      let user = state.speaker(of: placed.request)
    else { return .unused }
    return try store.use(of: reference, by: user, for: said, at: placed.place)
  }

  func load(_ saved: [UInt8], _ policy: Policy) throws { state = try ChatState(saved: saved, policy: policy) }
}

/// Requests at the places that they got, and what the state was after each.
struct Day {
  let requests: [PlacedRequest]
  /// One more than there are requests: the first is that of the beginning.
  let states: [ChatState]
  let events: [Event]

  init(seed: UInt64, count: Int = 250) throws {
    var random = try RandomRequests(seed: seed)
    let replica = Replica(ChatState(policy: try RandomRequests.policy()))
    var requests: [PlacedRequest] = []
    var states = [replica.state]
    var time: Int64 = 0
    for request in random.next(count) {
      if random.generator.oneIn(3) { time += Int64.random(in: 1...9_000_000, using: &random.generator) }
      let placed = PlacedRequest(request, at: replica.place(Timestamp(milliseconds: time)))
      try replica.decide(CollectionOfOne(placed))
      requests.append(placed)
      states.append(replica.state)
    }
    (self.requests, self.states, events) = (requests, states, replica.events)
  }
}

extension ChatState {
  /// Equal also in how names are written.
  func isExactly(_ other: ChatState) -> Bool { self == other && save() == other.save() }
}
