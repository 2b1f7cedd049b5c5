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

  /// Decides requests and stores what comes of them, nearly always in one transaction.
  package func decide(_ requests: ArraySlice<Request>) -> [Event] {
    var rest = requests
    var events = decideTransaction(&rest)
    while !rest.isEmpty { events += decideTransaction(&rest) }
    return events
  }

  /// Takes from `rest` what one transaction is for.
  ///
  /// It ends before a request that makes a room of a name whose room was forgotten in it. If all were taken
  /// back while the new room may be on disk, two rooms would have the name.
  private func decideTransaction(_ rest: inout ArraySlice<Request>) -> [Event] {
    var events: [Event] = []
    events.reserveCapacity(rest.count)
    var taken = 0
    let time = Timestamp(milliseconds: max(store.lastTime.milliseconds, clock()))
    do throws(LogError) {
      try store.transaction { () throws(LogError) in
        var nextID = store.lastID.next
        var forgotten: Set<RoomName> = []
        for request in rest {
          let place = Place(id: nextID, time: time)
          let use = request.action.isOnce ? try use(of: request, at: place) : .unused
          let decided = events.count
          state.decide(request, at: place, use, into: &events)
          if !forgotten.isEmpty, events[decided...].contains(where: { $0.opensRoom(of: forgotten) }) {
            _ = state.undo(Array(events[decided...]), isOutcomeUnknown: false)
            events.removeSubrange(decided...)
            return
          }
          taken += 1
          for index in decided..<events.count {
            if case .closed(_, let name) = events[index].kind { forgotten.insert(name) }
            guard let id = events[index].entryID else { continue }
            try store.write(events[index])
            nextID = id.next
          }
        }
      }
      rest = rest.dropFirst(taken)
    } catch {
      events = takeBack(events, error)
      let place = Place(id: store.lastID.next, time: time)
      for request in rest { state.decide(request, at: place, log: .closed(error), into: &events) }
      rest = []
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

extension Event {
  fileprivate func opensRoom(of names: Set<RoomName>) -> Bool {
    if case .opened(_, let name) = kind { names.contains(name) } else { false }
  }
}
