package import ChatCore
package import LineProtocol
package import Reactor
package import Traffic

/// The chat on one event loop: its sessions, and its side of each room. Confined to that loop.
///
/// What sessions ask for goes into the order once a turn, in one piece; what happened comes from the bus in
/// batches. A batch is shown in order: each message is encoded once for each format in use, and appended to
/// the output of each member.
package final class Shard {
  package let reactor: Reactor
  package let log: any EventLog
  package let order: any Order
  package let metrics: DeliveryMetrics
  /// Of no session: what the ids of this loop's sessions have in common.
  let id: SessionID
  var rooms: [RoomID: LocalRoom] = [:]
  var participants: [UInt64: LocalSession] = [:]
  let formats: [any EventFormat]
  var scratch = MarkedBytes()
  var run = MessageRun()

  /// The newest entry that this loop has shown.
  private(set) var newestShown: MessageID
  /// On loop 0 only: what was published, for all loops to ask.
  private var directory: Directory?
  private let mailboxes: Mailboxes
  private var requests: [Request] = []
  private var lastSerial: UInt64 = 0
  private var queries: [Int: (DirectoryAnswer) -> Void] = [:]
  /// Queries of loop 0 itself, which wait for the end of the turn.
  private var ownQueries: [(DirectoryQuery, number: Int)] = []
  private var lastQuery = 0
  private var reads: PendingReads<(Result<HistoryPage, LogError>) -> Void>
  private var isTimingReads = false
  /// Reads from behind an entry that this loop has not shown yet. As many as sessions, each of which waits
  /// for its own.
  private var earlyReads: [(query: HistoryQuery, number: Int)] = []
  private let incidents: ThrottledLog
  private var waitingForLog: [(session: SessionID, action: () -> Void)] = []
  /// Those that wait for the log, each once.
  private var sessionsWaitingForLog: Set<SessionID> = []
  let pacer: ReplayPacer

  /// How long a read of history may take. A reader that touches a file system that is frozen or gone waits in
  /// the kernel, where nobody can wake it.
  package static let readMilliseconds: Int64 = 5_000

  /// A session and where its events go. `output` is nil for one that is shown nothing.
  struct LocalSession {
    unowned let participant: any Participant
    let output: Output?
    let format: FormatID
  }

  /// Makes the shard of a loop; to be called on that loop, once. `directory` goes with loop 0.
  /// `readTimeout`: milliseconds in which history is to be read; `incidents` is told when it cannot be.
  /// `replayBytes`: see ``ReplayPacer/turnBytes``.
  package init(
    loop: Int, _ reactor: Reactor, directory: Directory?, order: any Order, log: any EventLog,
    formats: [any EventFormat], metrics: DeliveryMetrics, mailboxes: Mailboxes,
    readTimeout: Int64 = readMilliseconds, replayBytes: Int = ReplayPacer.turnBytes,
    incidents: ThrottledLog = ThrottledLog { _ in }
  ) {
    id = SessionID(loop: UInt16(loop), serial: 0)
    self.incidents = incidents
    reads = PendingReads(timeout: readTimeout)
    self.reactor = reactor
    pacer = ReplayPacer(reactor, turnBytes: replayBytes)
    self.order = order
    self.log = log
    self.formats = formats
    self.metrics = metrics
    self.mailboxes = mailboxes
    self.directory = directory
    newestShown = log.applied
    mailboxes.deliver(to: self)
    reactor.atTurnEnd { [unowned self] in
      pacer.turnEnds()
      handOver()
    }
  }

  // MARK: Sessions

  /// Gives a session its name on this loop. It must ``leave(_:)`` before it goes.
  package func enter(_ participant: any Participant, output: Output?, format: FormatID) -> SessionID {
    lastSerial += 1
    participants[lastSerial] = LocalSession(participant: participant, output: output, format: format)
    return SessionID(node: id.node, loop: id.loop, incarnation: id.incarnation, serial: lastSerial)
  }

  /// Another format from now on, also in those of the `rooms` that the session is live in.
  package func change(_ session: SessionID, to format: FormatID, in rooms: some Sequence<RoomID>) {
    guard let local = participants[session.serial] else { return }
    participants[session.serial] = LocalSession(
      participant: local.participant, output: local.output, format: format)
    guard let output = local.output else { return }
    for room in rooms { self.rooms[room]?.change(output, from: local.format, to: format) }
  }

  /// Forgets a session. `rooms` are those it is live in; an event tells everybody else.
  package func leave(_ session: SessionID, rooms: some Sequence<RoomID>, reason: String) {
    guard let local = participants.removeValue(forKey: session.serial) else { return }
    for room in rooms { removeLive(local, from: room) }
    request(session, .end(reason: reason))
  }

  /// Puts a request into the order at the end of this turn.
  package func request(_ session: SessionID, _ action: consuming Request.Action) {
    requests.append(Request(session, action))
  }

  /// Asks the directory. `then` runs on this loop, in a later turn or at the end of this one; what it is told
  /// is what was published by then, however long commits take.
  package func ask(_ query: DirectoryQuery, then: @escaping (DirectoryAnswer) -> Void) {
    lastQuery += 1
    queries[lastQuery] = then
    if directory == nil {
      mailboxes.ask(query, number: lastQuery, from: Int(id.loop))
    } else {
      ownQueries.append((query, lastQuery))
    }
  }

  /// All sessions of this loop.
  package func forEachParticipant(_ body: (any Participant) -> Void) {
    // What is done to one may end others.
    for serial in Array(participants.keys) {
      if let participant = participants[serial]?.participant { body(participant) }
    }
  }

  // MARK: Rooms

  /// Shows the room's events to the session from here on. The session is being told that it has joined the
  /// room, or a replay has come to its present.
  func goLive(_ session: SessionID, in room: RoomID) {
    guard let local = participants[session.serial], let output = local.output else { return }
    rooms[room]?.add(output, local.format)
  }

  /// Has the room on this loop, for a session that is not in it and follows it from now on.
  func watch(_ room: RoomID, _ name: RoomName) {
    if rooms[room] == nil {
      rooms[room] = LocalRoom(id: room, name: name, newest: newestShown)
    }
  }

  /// Shows the session nothing more of the room.
  func leaveRoom(_ session: SessionID, _ room: RoomID) {
    if let local = participants[session.serial] { removeLive(local, from: room) }
  }

  /// The newest entry shown in a room that a session of this loop is in.
  package func newest(in room: RoomID) -> MessageID { rooms[room]?.newest ?? 0 }

  /// Entries of a room that were shown just now. See ``LocalRoom/recent(after:limit:byteLimit:)``.
  func recent(in room: RoomID, after id: MessageID, limit: Int, byteLimit: Int) -> [Entry]? {
    rooms[room]?.recent(after: id, limit: limit, byteLimit: byteLimit)
  }

  /// Counts a session that reads up to the present of `room` (`by` = 1), or no more (`by` = -1).
  func countReplay(in room: RoomID, by change: Int) {
    rooms[room]?.countReplay(by: change)
    forgetIfEmpty(room)
  }

  private func removeLive(_ local: LocalSession, from room: RoomID) {
    if let output = local.output {
      rooms[room]?.remove(output, local.format)
      // Who is told of a message of its own, in the midst of a run, may leave with it.
      if run.room?.id == room { run.leave(output) }
    }
    forgetIfEmpty(room)
  }

  func forgetIfEmpty(_ room: RoomID) {
    if rooms[room]?.isEmpty == true { rooms[room] = nil }
  }

  // MARK: Log

  /// Reads history; `completion` runs on this loop, in bounded time: with an error if the log does not
  /// answer.
  ///
  /// A reader may know an id that the order has given and this process has not stored or shown yet. It waits
  /// for that entry: a page that is read before would say that nothing follows. See ``isToCome(_:)``.
  package func read(_ query: HistoryQuery, completion: @escaping (Result<HistoryPage, LogError>) -> Void) {
    let number = reads.add(completion, at: reactor.now)
    if isEarly(query) { earlyReads.append((query, number)) } else { start(query, number) }
    timeReads()
  }

  private func isEarly(_ query: HistoryQuery) -> Bool {
    if case .after(let id, _) = query.range { isToCome(id) } else { false }
  }

  /// Whether this loop is to show an entry of this id yet.
  func isToCome(_ id: MessageID) -> Bool { id > newestShown && !log.isLost(id) }

  private func start(_ query: HistoryQuery, _ number: Int) {
    let (mailboxes, loop) = (self.mailboxes, Int(id.loop))
    log.read(query) { mailboxes.post(Mailboxes.History(number: number, result: $0), to: loop) }
  }

  private func startEarlyReads() {
    let early = earlyReads
    earlyReads = []
    for (query, number) in early where reads.isWaiting(number) {
      if isEarly(query) { earlyReads.append((query, number)) } else { start(query, number) }
    }
  }

  func received(_ history: Mailboxes.History) {
    guard let completion = reads.take(history.number) else { return }
    if case .failure(let error) = history.result { return refuse(error, completion) }
    completion(history.result)
  }

  /// Clients are not told why: it may name paths.
  private func refuse(_ error: LogError, _ completion: (Result<HistoryPage, LogError>) -> Void) {
    if error != .stopping { incidents.report("\(error)", at: reactor.turnTime) }
    completion(.failure(error))
  }

  /// One timer for all reads, and none while nobody waits.
  private func timeReads() {
    guard !isTimingReads, let deadline = reads.nextDeadline() else { return }
    isTimingReads = true
    reactor.after(milliseconds: max(1, deadline - reactor.now)) { [weak self] in self?.refuseOverdueReads() }
  }

  private func refuseOverdueReads() {
    isTimingReads = false
    let early = Set(earlyReads.map(\.number))
    for (number, completion) in reads.takeOverdue(at: reactor.now) {
      let reason =
        early.contains(number)
        ? "an entry that was given its id has not come in time" : "the disk has not answered in time"
      refuse(.unreadable(reason: reason), completion)
    }
    earlyReads.removeAll { !reads.isWaiting($0.number) }
    timeReads()
  }

  /// Runs `action` when the log takes messages again; at once if it does by now: it may have found room since
  /// the caller looked, and then no batch follows that would tell. A session that waits already waits as it
  /// did. See ``Order/isFull``.
  package func whenLogHasRoom(for session: SessionID, _ action: @escaping () -> Void) {
    if !order.isFull { return action() }
    if sessionsWaitingForLog.insert(session).inserted { waitingForLog.append((session, action)) }
  }

  /// An entry comes to its turn.
  func shows(_ id: MessageID) {
    precondition(id > newestShown, "entries come in the order of their ids")
    newestShown = id
  }

  func batchDelivered() {
    if !earlyReads.isEmpty { startEarlyReads() }
    if waitingForLog.isEmpty || order.isFull { return }
    let waiting = waitingForLog
    waitingForLog = []
    sessionsWaitingForLog = []
    for (_, action) in waiting { action() }
  }

  // MARK: Other threads

  /// Hands over what the sessions asked for in this turn.
  private func handOver() {
    // An answer may make a session ask again.
    while !requests.isEmpty || !ownQueries.isEmpty {
      let asked = requests
      requests = []
      order.submit(asked)
      let queries = ownQueries
      ownQueries = []
      for (query, number) in queries {
        if let answer = directory?.answer(query) { received(answer, number) }
      }
    }
  }

  func received(_ mail: Mailboxes.Mail) {
    switch mail {
    case .batch(let batch):
      directory?.apply(batch)
      deliver(batch)
    case .query(let query, let number, let loop):
      if let answer = directory?.answer(query) { mailboxes.answer(answer, number: number, to: loop) }
    case .answer(let answer, let number): received(answer, number)
    }
  }

  private func received(_ answer: DirectoryAnswer, _ number: Int) {
    queries.removeValue(forKey: number)?(answer)
  }
}
