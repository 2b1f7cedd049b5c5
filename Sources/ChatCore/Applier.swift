import LineProtocol

/// Decides requests at their places, stores what must be kept, and publishes what came of them. Confined to
/// one thread, the log's.
///
/// A batch is decided inside the transaction that stores its entries. If that fails, its events are taken
/// back, and it is decided again on a log that is closed: so nothing that was not stored leaves a trace, and
/// what needs no row goes on.
package final class Applier {
  /// Requests and bytes of one transaction at most, so that its delivery is one bounded step too.
  static let batchRequests = 4_096
  static let batchBytes = 1 << 20

  private(set) var state: ChatState
  private let order: LocalOrder
  private let store: any EntryStore
  private let clock: () -> Int64

  /// `clock`: milliseconds since 1970.
  package init(
    _ state: ChatState, order: LocalOrder, store: any EntryStore, clock: @escaping () -> Int64
  ) {
    self.state = state
    self.order = order
    self.store = store
    self.clock = clock
  }

  /// Works until the order is closed and everything that was submitted has been dealt with. Calls `publish`
  /// with each batch, in order.
  package func run(publish: (Batch) -> Void) {
    while let taken = order.take(within: store.waitMilliseconds) {
      var rest = taken[...]
      while !rest.isEmpty {
        let (requests, cost) = Self.nextBatch(&rest)
        let events = decide(requests)
        // Whoever waits for room is woken by the batch, and must find it.
        order.finished(cost: cost)
        publish(Batch(events: events))
        store.maintain(isIdle: false)
      }
      store.maintain(isIdle: true)
    }
    store.finish()
  }

  /// Decides and stores one batch.
  package func decide(_ requests: ArraySlice<Request>) -> [Event] {
    var events: [Event] = []
    events.reserveCapacity(requests.count)
    let time = Timestamp(milliseconds: max(store.lastTime.milliseconds, clock()))
    do throws(LogError) {
      try store.transaction { () throws(LogError) in
        var nextID = store.lastID + 1
        for request in requests {
          let place = Place(id: nextID, time: time)
          let use = try use(of: request, at: place)
          let decided = events.count
          state.decide(request, at: place, use, into: &events)
          for index in decided..<events.count {
            guard let id = events[index].entryID else { continue }
            try store.write(events[index])
            nextID = id + 1
          }
        }
      }
    } catch {
      events = takeBack(events, error)
      let place = Place(id: store.lastID + 1, time: time)
      for request in requests { state.decide(request, at: place, log: .closed(error), into: &events) }
    }
    return events
  }

  /// Returns what stands of them all the same.
  private func takeBack(_ events: [Event], _ error: LogError) -> [Event] {
    var isOutcomeUnknown = false
    if case .outcomeUnknown = error { isOutcomeUnknown = true }
    return state.undo(events, isOutcomeUnknown: isOutcomeUnknown)
  }

  private func use(of request: Request, at place: Place) throws(LogError) -> ReferenceUse {
    guard let said = request.action.utterance, let reference = said.reference,
      let user = state.speaker(of: request)
    else { return .unused }
    return try store.use(of: reference, by: user, for: said, at: place)
  }

  private static func nextBatch(_ rest: inout ArraySlice<Request>) -> (
    requests: ArraySlice<Request>, cost: Int
  ) {
    var cost = 0
    var end = rest.startIndex
    while end < rest.endIndex, end - rest.startIndex < batchRequests, cost < batchBytes {
      cost += rest[end].cost
      end += 1
    }
    let batch = rest[..<end]
    rest = rest[end...]
    return (batch, cost)
  }
}
