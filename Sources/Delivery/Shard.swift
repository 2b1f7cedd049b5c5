public import ChatCore
import LineProtocol
public import Reactor
import Traffic

/// The chat on one event loop: its sessions, and its side of each room. Confined to that loop.
///
/// What sessions ask goes to the hub once a turn, in one piece; what happened comes from the bus in batches. A batch is shown in order:
/// each message is encoded once for each format in use, and appended to the output of each member.
public final class Shard {
  public let reactor: Reactor
  public let log: any EventLog
  public let metrics: DeliveryMetrics
  let loop: UInt16
  var rooms: [RoomID: LocalRoom] = [:]
  var participants: [UInt64: SessionEntry] = [:]
  let formats: [any EventFormat]
  var scratch: [UInt8] = []
  var run: MessageRun

  /// On loop 0 only.
  let hub: HubService?
  var newestShown: Int64
  /// The first delivery of a turn: which turn, and the newest entry shown before it.
  var turnStart: (turn: Int, newest: Int64) = (0, 0)
  private let exchange: Exchange
  private var requests: [Request] = []
  private var lastSerial: UInt64 = 0
  private var reads: PendingReads<(Result<HistoryPage, LogError>) -> Void>
  private var isTimingReads = false
  private let incidents: ThrottledLog
  private var waitingForLog: [() -> Void] = []

  /// A session and where its events go. `output` is nil for one that is shown nothing.
  struct SessionEntry {
    unowned let participant: any Participant
    let output: Output?
    let format: FormatID
  }

  init(
    loop: UInt16, reactor: Reactor, log: any EventLog, formats: [any EventFormat], metrics: DeliveryMetrics,
    exchange: Exchange, hub: HubService?, readPatience: Int64, incidents: ThrottledLog
  ) {
    self.incidents = incidents
    reads = PendingReads(patience: readPatience)
    self.loop = loop
    self.reactor = reactor
    self.log = log
    self.formats = formats
    run = MessageRun(formats: formats.count)
    self.metrics = metrics
    self.exchange = exchange
    self.hub = hub
    newestShown = log.lastID
  }

  // MARK: Sessions

  /// Gives a session its name on this loop. It must ``leave(_:)`` before it goes.
  public func enter(_ participant: any Participant, output: Output?, format: FormatID) -> SessionID {
    lastSerial += 1
    participants[lastSerial] = SessionEntry(participant: participant, output: output, format: format)
    return SessionID(loop: loop, serial: lastSerial)
  }

  /// Another format from now on, also in those of the `rooms` that the session is live in.
  public func change(_ session: SessionID, to format: FormatID, in rooms: some Sequence<RoomID>) {
    guard let seat = participants[session.serial] else { return }
    participants[session.serial] = SessionEntry(
      participant: seat.participant, output: seat.output, format: format)
    guard let output = seat.output else { return }
    for room in rooms { self.rooms[room]?.change(output, from: seat.format, to: format) }
  }

  /// Forgets a session. `rooms` are those it is live in; the hub tells everybody else.
  public func leave(_ session: SessionID, rooms: some Sequence<RoomID>, reason: String) {
    guard let seat = participants.removeValue(forKey: session.serial) else { return }
    for room in rooms { removeLive(seat, from: room) }
    ask(session, .end(reason: reason))
  }

  /// Sends a request to the hub at the end of this turn.
  public func ask(_ session: SessionID, _ action: Request.Action) {
    requests.append(Request(session, action))
  }

  /// All sessions of this loop.
  public func forEachParticipant(_ body: (any Participant) -> Void) {
    // What is done to one may end others.
    for serial in Array(participants.keys) {
      if let participant = participants[serial]?.participant { body(participant) }
    }
  }

  // MARK: Rooms

  /// Shows the room's events to the session from here on. The room was joined in this turn, or a replay has come to its present.
  public func goLive(_ session: SessionID, in room: RoomID) {
    guard let seat = participants[session.serial], let output = seat.output else { return }
    rooms[room]?.add(output, seat.format)
  }

  /// Shows the session nothing more of the room.
  public func leaveRoom(_ session: SessionID, _ room: RoomID) {
    if let seat = participants[session.serial] { removeLive(seat, from: room) }
  }

  /// The newest entry shown in a room that a session of this loop is in.
  public func newest(in room: RoomID) -> Int64 { rooms[room]?.newest ?? 0 }

  /// Entries of a room that were shown just now. See ``LocalRoom/recent(after:limit:byteLimit:)``.
  func recent(in room: RoomID, after id: Int64, limit: Int, byteLimit: Int) -> [Entry]? {
    rooms[room]?.recent(after: id, limit: limit, byteLimit: byteLimit)
  }

  /// Counts a session that reads up to the present of `room` (`by` = 1), or no more (`by` = -1).
  func countReplay(in room: RoomID, by change: Int) {
    rooms[room]?.countReplay(by: change)
    forgetIfEmpty(room)
  }

  private func removeLive(_ seat: SessionEntry, from room: RoomID) {
    if let output = seat.output { rooms[room]?.remove(output, seat.format) }
    forgetIfEmpty(room)
  }

  private func forgetIfEmpty(_ room: RoomID) {
    if rooms[room]?.isEmpty == true { rooms[room] = nil }
  }

  /// No entry up to this id is shown for the first time in this turn. What an overflowing output dropped without a trace is
  /// after it.
  public var shownBeforeThisTurn: Int64 { turnStart.turn == reactor.turn ? turnStart.newest : newestShown }

  /// Everything up to this id was given to the outputs of all who were to see it: what an output drops from now on is after it.
  public var givenToAll: Int64 { run.first.map { $0 - 1 } ?? newestShown }

  // MARK: Log

  /// Reads history; `completion` runs on this loop, in bounded time: with an error if the log does not answer.
  public func read(_ query: HistoryQuery, completion: @escaping (Result<HistoryPage, LogError>) -> Void) {
    let number = reads.add(completion, at: reactor.now)
    let (exchange, loop) = (self.exchange, self.loop)
    log.read(query) { exchange.postHistory(HistoryMail(number: number, result: $0), to: loop) }
    timeReads()
  }

  func received(_ mail: HistoryMail) {
    guard let completion = reads.take(mail.number) else { return }
    if case .failure(let error) = mail.result { return refuse(error, completion) }
    completion(mail.result)
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
    for completion in reads.takeOverdue(at: reactor.now) {
      refuse(.unreadable(reason: "the disk has not answered in time"), completion)
    }
    timeReads()
  }

  /// Runs `action` when the log takes messages again; at once if it does by now: it may have found room since the caller looked,
  /// and then no batch follows that would tell. See ``EventLog/isFull``.
  public func whenLogHasRoom(_ action: @escaping () -> Void) {
    if log.isFull { waitingForLog.append(action) } else { action() }
  }

  func batchDelivered() {
    if waitingForLog.isEmpty || log.isFull { return }
    let actions = waitingForLog
    waitingForLog = []
    for action in actions { action() }
  }

  // MARK: Exchange with the hub

  /// Hands over what the sessions asked in this turn.
  func handOver() {
    // A reply may make a session ask again.
    while !requests.isEmpty {
      let asked = requests
      requests = []
      exchange.toHub(asked, from: self)
    }
  }

  func received(_ reply: RoutedReply) {
    guard let participant = participants[reply.session.serial]?.participant else { return }
    switch reply.content {
    case .reply(let content): participant.replied(content)
    case .probe: participant.probe()
    }
  }
}

/// A page that was read for a loop.
struct HistoryMail: Sendable {
  let number: Int
  let result: Result<HistoryPage, LogError>
}
