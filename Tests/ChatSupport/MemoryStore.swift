package import ChatCore
package import LineProtocol
import Threads

/// A log in memory: what an ``Applier`` stores in, and what history is read from. Faults are injected by
/// number of transaction.
///
/// Transactions belong to one thread; everything else may be called by any.
package final class MemoryStore: EntryStore, EventLog {
  /// What becomes of a transaction that writes something.
  package enum Fault: Sendable, Equatable {
    /// Nothing is stored. `write`: which of its writes fails, from 0; nil: the commit.
    case notStored(write: Int? = nil)
    /// Nobody is told whether it is stored. In truth it is, or is not.
    case outcomeUnknown(isStored: Bool)
  }

  private struct State {
    var entries = MemoryEntries()
    var lastID: MessageID
    var lastTime = Timestamp(milliseconds: .min)
    var applied: MessageID
    /// What the transaction has written.
    var pending: [Event] = []
    var faults: [Fault?] = []
    var readFault: LogError?
    var isHealthy = true
    var transactions = 0
    var commits = 0
    var isFinished = false
    var beforeCommit: @Sendable () -> Void = {}
  }

  private let state: Lock<State>
  private let reader: @Sendable (@escaping @Sendable () -> Void) -> Void

  /// `lastID`: the id before the first that is given. `reader`: where reads are done; by default at once, on
  /// the thread that asks.
  package init(
    lastID: MessageID = 0, reader: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { $0() }
  ) {
    state = Lock(State(lastID: lastID, applied: lastID))
    self.reader = reader
  }

  // MARK: What tests say and ask

  /// The next transactions that write something fail like this, one each; nil: it succeeds.
  package func inject(_ faults: Fault?...) { state.withLock { $0.faults += faults } }

  /// Faults that no transaction has met are forgotten.
  package func withdrawFaults() { state.withLock { $0.faults = [] } }

  /// Called before each commit, on the thread of the transaction: a test stalls the disk by it.
  package func beforeCommit(_ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.beforeCommit = body }
  }

  /// All reads fail like this, until nil is given.
  package func failReads(_ error: LogError?) { state.withLock { $0.readFault = error } }

  package func setHealthy(_ isHealthy: Bool) { state.withLock { $0.isHealthy = isHealthy } }

  /// Removes what a room's history has up to an id; its references and its topic stay.
  package func trim(_ room: RoomID, through id: MessageID) {
    state.withLock { $0.entries.trim(room, through: id) }
  }

  /// Another process starts on what is stored: all of it is known then.
  package func start() { state.withLock { $0.applied = $0.lastID } }

  /// Stores entries that were made elsewhere.
  package func add(_ events: [Event]) {
    state.withLock { state in
      state.entries.append(events)
      guard let last = events.last(where: { $0.entryID != nil }), let id = last.entryID else { return }
      state.lastID = max(state.lastID, id)
      state.applied = state.lastID
      state.lastTime = max(state.lastTime, last.entryTime ?? state.lastTime)
    }
  }

  /// All that is on disk, oldest first, also what was stored though nobody was told.
  package var entries: [Event] { state.withLock { $0.entries.all } }
  package var messages: [Message] { entries.compactMap(\.message) }
  /// The rooms as they are found at a start, and the greatest number of one.
  package var storedRooms: [StoredRoom] { state.withLock { $0.entries.rooms } }
  /// How many transactions were begun, and how many came to a commit.
  package var transactions: Int { state.withLock { $0.transactions } }
  package var commits: Int { state.withLock { $0.commits } }
  package var isFinished: Bool { state.withLock { $0.isFinished } }

  // MARK: EntryStore

  package var lastID: MessageID { state.withLock { $0.lastID } }
  package var lastTime: Timestamp { state.withLock { $0.lastTime } }
  package var waitMilliseconds: Int? { nil }

  package func transaction(_ body: () throws(LogError) -> Void) throws(LogError) {
    state.withLock { state in
      precondition(state.pending.isEmpty)
      state.transactions += 1
    }
    do throws(LogError) {
      try body()
    } catch {
      state.withLock { state in
        state.pending = []
        if !state.faults.isEmpty { state.faults.removeFirst() }
      }
      throw error
    }
    if state.withLock({ $0.pending.isEmpty }) { return }
    state.withLock { $0.beforeCommit }()
    try commit()
  }

  private func commit() throws(LogError) {
    try state.withLock { (state) throws(LogError) in
      state.commits += 1
      let written = state.pending
      state.pending = []
      let fault = state.faults.isEmpty ? nil : state.faults.removeFirst()
      switch fault {
      case nil: break
      case .notStored: throw LogError.notStored(reason: "injected")
      case .outcomeUnknown(let isStored):
        if isStored { state.entries.append(written) }
        state.lastID = written.last?.entryID ?? state.lastID
        state.lastTime = written.last?.entryTime ?? state.lastTime
        throw LogError.outcomeUnknown(reason: "injected")
      }
      state.entries.append(written)
      state.lastID = written.last?.entryID ?? state.lastID
      state.lastTime = written.last?.entryTime ?? state.lastTime
      state.applied = state.lastID
    }
  }

  package func use(
    of reference: MessageReference, by user: Nick, for said: Utterance, at place: Place
  ) throws(LogError) -> ReferenceUse {
    state.withLock { $0.entries.use(of: reference, by: user, for: said, at: place, beside: $0.pending) }
  }

  package func write(_ event: Event) throws(LogError) {
    guard let id = event.entryID else { return }
    try state.withLock { (state) throws(LogError) in
      precondition(id == (state.pending.last?.entryID ?? state.lastID).next, "ids have no holes")
      precondition(event.entryTime ?? state.lastTime >= state.lastTime, "times do not fall")
      if case .notStored(write: let write?) = state.faults.first ?? nil, write == state.pending.count {
        throw LogError.notStored(reason: "injected")
      }
      state.pending.append(event)
    }
  }

  package func maintain(isIdle: Bool) {}

  package func finish() { state.withLock { $0.isFinished = true } }

  // MARK: EventLog

  package var applied: MessageID { state.withLock { $0.applied } }
  package var tail: MessageID { lastID }
  package func isLost(_ id: MessageID) -> Bool { state.withLock { id > $0.applied && id <= $0.lastID } }
  package var isHealthy: Bool { state.withLock { $0.isHealthy } }

  package func read(
    _ query: HistoryQuery, completion: @escaping @Sendable (Result<HistoryPage, LogError>) -> Void
  ) {
    reader { [self] in
      completion(
        state.withLock { state in
          if let fault = state.readFault { .failure(fault) } else { .success(state.entries.page(query)) }
        })
    }
  }
}
