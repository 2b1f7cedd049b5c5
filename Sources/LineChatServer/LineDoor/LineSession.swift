import ChatCore
import Delivery
import LineProtocol
import Reactor

/// One TCP session on the line port: takes lines in order, and answers them in order.
///
/// What keeps answers in order is that lines wait, not answers: while messages are under way to the log, only further
/// messages are taken; every other line stays in the input until they are acknowledged. So there is no queue of answers,
/// and a client that floods is slowed down by TCP.
final class LineSession {
  let connection: Connection
  let shard: Shard
  let settings: LineSettings
  private var dialect: any LineDialect = PlainDialect()
  /// Set as soon as the session has entered its shard.
  private(set) var id = SessionID(loop: 0, serial: 0)
  var nick: Nick?
  var rooms: [JoinedRoom] = []

  /// Messages whose outcome is not known yet.
  private(set) var underWay = 0
  /// A command other than a message waits for its answer.
  private(set) var isBusy = false
  private var isEnding = false
  private var isProbed = false
  /// The end of a line that was refused as too long has not come yet.
  private var isSkippingLine = false
  private var hasLeft = false
  private var replay: Replay?
  private var replayRoom: RoomName?
  /// The next part of a long answer.
  private var continuation: (() -> Void)?
  private var endReason = "connection closed"
  private var throttle: Throttle
  /// A timer ends the pause of one that is too fast.
  private var isThrottled = false
  /// What the hub was asked for since the last read: a line that names several rooms counts for each.
  private var asked = 0
  private var quiet: Quiet

  struct JoinedRoom {
    let id: RoomID
    let name: RoomName
  }

  init(_ connection: Connection, _ shard: Shard, _ settings: LineSettings, _ throttle: Throttle) {
    self.throttle = throttle
    quiet = Quiet(at: connection.reactor.turnTime)
    self.connection = connection
    self.shard = shard
    self.settings = settings
    id = shard.enter(self, output: connection.output, format: .plain)
    shard.metrics.lineConnections.add(1, ordering: .relaxed)
    connection.detectSilentPeer(within: LineSettings.silentPeerSeconds)
  }

  // MARK: What dialects ask for

  /// Nothing is under way: any line may be dealt with.
  var isIdle: Bool { !isBusy && underWay == 0 }

  /// Another message may be sent.
  var canPublish: Bool { !isBusy && underWay < LineSettings.messagesUnderWay && !shard.log.isFull }

  func send(_ bytes: [UInt8]) { connection.output.append(bytes) }

  func send(_ encode: (inout [UInt8]) -> Void) {
    var bytes: [UInt8] = []
    encode(&bytes)
    send(bytes)
  }

  /// Goes on with a long answer when the socket has taken what there is of it. The session is busy until then.
  func whenDrained(_ goOn: @escaping () -> Void) {
    isBusy = true
    continuation = goOn
    connection.notifyWhenDrained()
  }

  /// Asks the hub for something other than a message. The session is busy until ``finishCommand()``.
  func ask(_ action: Request.Action) {
    isBusy = true
    asked += 1
    shard.ask(id, action)
  }

  func publish(
    _ room: RoomName, _ text: MessageText, _ kind: Message.Kind, once reference: MessageReference? = nil
  ) {
    underWay += 1
    asked += 1
    shard.ask(id, .publish(room, text, kind, once: reference))
  }

  /// The busy command has been answered: the next line may be dealt with.
  func finishCommand() {
    isBusy = false
    goOn()
  }

  func change(to dialect: any LineDialect, _ format: FormatID) {
    self.dialect = dialect
    change(to: format)
  }

  /// Another format from now on; to be called while the session is idle.
  func change(to format: FormatID) { shard.change(id, to: format, in: rooms.lazy.map(\.id)) }

  /// Shows stored messages; ends with the dialect's `replayEnded` or `replayFailed`. The session is busy.
  func startReplay(
    of room: JoinedRoom, after cursor: Int64, to end: Replay.End, beginningWith loaded: [Message] = []
  ) {
    isBusy = true
    replayRoom = room.name
    let replay = Replay(
      of: room.id, after: cursor, to: end, beginningWith: loaded, session: id, output: connection.output,
      on: shard, sink: self)
    self.replay = replay
    replay.start()
  }

  /// What the replay in progress has shown of a room.
  func replayCursor(in room: RoomName) -> Int64? { replayRoom == room ? replay?.cursor : nil }

  /// Sends what was appended and closes. The session is over at once, however long the peer takes to close its side: its nick
  /// is free, and nothing follows its last line.
  func finish(reason: String) {
    endReason = reason
    connection.finish()
    leave()
  }

  private func leave() {
    if hasLeft { return }
    hasLeft = true
    replay?.cancel()
    replay = nil
    continuation = nil
    shard.leave(id, rooms: rooms.map(\.id), reason: endReason)
  }

  // MARK: Order

  private func goOn() {
    if isEnding, isIdle { return finish(reason: endReason) }
    connection.resumeInput()
  }

  private func settleMessage() {
    underWay -= 1
    // Input waits for the last of the messages, or for room among them.
    if underWay == 0 || canPublish { goOn() }
  }
}

extension LineSession: ConnectionHandler {
  func receive(_ bytes: Span<UInt8>) -> Int {
    let now = connection.reactor.turnTime
    let allowance = throttle.allowance(at: now)
    var lines = 0
    let consumed = receive(bytes, &lines, allowance)
    if lines > 0 { quiet.heard(at: now) }
    throttle.take(max(lines, asked), bytes: consumed, at: now)
    asked = 0
    return consumed
  }

  /// Takes at most `allowance` lines, and counts them.
  private func receive(_ bytes: Span<UInt8>, _ lines: inout Int, _ allowance: Int) -> Int {
    var offset = 0
    while connection.isOpen {
      if isSkippingLine {
        if lines >= allowance, !bytes.isEmpty {
          holdUp()
          return offset
        }
        guard let next = LineScanner.resume(in: bytes, from: offset) else { return bytes.count }
        isSkippingLine = false
        offset = next
      }
      switch LineScanner.next(in: bytes, from: offset) {
      case .line(let range, let next):
        if lines >= allowance {
          holdUp()
          return offset
        }
        if dialect.receive(bytes.extracting(range), self) == .wait {
          waitForRoom()
          return offset
        }
        lines += 1
        offset = next
      case .needMore:
        if offset == 0, ForeignProtocol.detect(bytes) == .tls { refuse(.notLineProtocol, bytes) }
        dialect.inputPaused(self)
        return offset
      case .tooLong:
        dialect.inputPaused(self)
        if !isIdle {
          waitForRoom()
          return offset
        }
        switch dialect.refuseLongLine(self) {
        case .end: finish(reason: "line too long")
        case .skip: isSkippingLine = true
        }
      }
    }
    return bytes.count
  }

  private func waitForRoom() {
    connection.pauseInput()
    // What is under way ends with an outcome of this session; if it is the log that is full, that says when it has room.
    if isIdle { shard.whenLogHasRoom { [weak self] in self?.goOn() } }
  }

  /// More comes than may: it waits, and who goes on like that for too long has to go, once all that was taken is answered.
  private func holdUp() {
    let wasTooFast = throttle.isTooFast
    switch throttle.exceeded(at: connection.reactor.turnTime) {
    case .end(let wait) where isIdle:
      report("ended", "sent too fast for too long")
      dismiss(.tooFast, "sent too fast for too long; wait \(wait) s")
    case .end: connection.pauseInput()
    case .pause(let milliseconds):
      if !wasTooFast { report("held up", "sends too fast") }
      connection.pauseInput()
      if isThrottled { return }
      isThrottled = true
      connection.reactor.after(milliseconds: milliseconds) { [weak self] in
        self?.isThrottled = false
        self?.connection.resumeInput()
      }
    }
  }

  private func report(_ measure: String, _ deed: String) {
    throttle.visitor.report(measure, nick?.text, deed, at: connection.reactor.turnTime)
  }

  /// Ends the session, with words that say why.
  private func dismiss(_ code: ErrorCode, _ reason: String) {
    shard.metrics.refused(code.rawValue)
    dialect.dismiss(ProtocolError(code, asked: "", reason: reason), self)
    finish(reason: reason)
  }

  private func refuse(_ code: ErrorCode, _ bytes: Span<UInt8>) {
    let reason = ForeignProtocol.detect(bytes)?.reason
    shard.metrics.refused(code.rawValue)
    send { PlainEncoder.error(ProtocolError(code, asked: "", reason: reason), into: &$0) }
    finish(reason: "not the line protocol")
  }

  func inputEnded() {
    isEnding = true
    if isIdle { finish(reason: endReason) }
  }

  func outputDrained() {
    replay?.outputDrained()
    continuation.take()?()
  }

  func outputOverflowed() {
    shard.metrics.slowReaders.add(1, ordering: .relaxed)
    report("cut off", "does not read")
    endReason = "slow reader"
    connection.cutOff { dialect.farewell(.slow, dropped: $0, self) }
    leave()
  }

  func closed() {
    throttle.visitor.leave(at: connection.reactor.turnTime)
    shard.metrics.lineConnections.subtract(1, ordering: .relaxed)
    leave()
  }

  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
    bytes.firstIndex(of: 0x0A).map { $0 + 1 }
  }
}

extension LineSession: Participant {
  func replied(_ reply: Reply) {
    if connection.isOpen { dialect.replied(reply, self) }
  }

  func happened(_ outcome: Outcome) {
    if connection.isOpen { dialect.happened(outcome, self) }
    switch outcome {
    case .published, .refused: settleMessage()
    case .failed where underWay > 0: settleMessage()
    default: break
    }
  }

  func probe() {
    if isProbed { return }
    isProbed = true
    connection.probePeer(for: LineSettings.probeSeconds)
    connection.reactor.after(milliseconds: LineSettings.probeMilliseconds) { [weak self] in
      self?.isProbed = false
      self?.connection.detectSilentPeer(within: LineSettings.silentPeerSeconds)
    }
  }

  /// Plain sessions that have a nick are left alone: a person with `nc` cannot answer a ping.
  func look(at now: Int64, _ patience: Quiet.Patience) {
    guard connection.isOpen else { return }
    if connection.isInputPaused || (nick == nil && !isIdle) {
      // Its answer may be in what is not read; or it is the server that owes one.
      quiet.heard(at: now)
    } else if nick == nil {
      if quiet.lasts(patience.registration, at: now) {
        dismiss(.timeout, "no NICK came in time; connect again")
      }
    } else if dialect.canAnswerPings {
      switch quiet.look(at: now, patience) {
      case .wait: break
      case .ping: dialect.ping(self)
      case .gone: dismiss(.timeout, "Ping timeout")
      }
    }
  }

  func shutDown() {
    endReason = "server is stopping"
    connection.cutOff { dialect.farewell(.shutdown, dropped: $0, self) }
  }
}

extension LineSession: ReplaySink {
  func show(_ message: Message) { dialect.show(message, self) }

  func showGap(from: Int64, to: Int64) {
    if let replayRoom { dialect.showGap(replayRoom, from: from, to: to, self) }
  }

  func continueWhenDrained() { connection.notifyWhenDrained() }

  func replayEnded(at cursor: Int64) {
    replay = nil
    guard let room = replayRoom.take() else { return }
    dialect.replayEnded(room, at: cursor, self)
  }

  func replayFailed(_ error: LogError) {
    replay = nil
    guard let room = replayRoom.take() else { return }
    dialect.replayFailed(room, error, self)
  }
}
