import ChatCore
import Delivery
import HTTPProtocol
import LineProtocol
import Reactor
import Synchronization
import Traffic

/// One WebSocket: a user in a room.
///
/// It has joined before the 101 is sent, so that every refusal is still an HTTP response. Then it is shown
/// what was (in a ``Replay``), and is live from the very message where that ends. Only then, and never while
/// the log is full, is its input taken: what is not taken waits in the kernel.
final class WebSocketSession {
  /// What a subscriber that does not resume is shown first.
  static let newestMessages = 20
  /// A peer that is gone without a word is noticed after about this time.
  static let silentPeerSeconds: Int32 = 120

  /// The lanes of marks beside that of what is live.
  private static let handshakeLane = OutputLane(.max)

  /// How far the session is.
  private enum Phase {
    /// It asks to be let in: what it is answered is still an HTTP response.
    case entering
    case replaying(JoinedRoom)
    case live(JoinedRoom)
    case ended
  }

  private struct JoinedRoom {
    let id: RoomID
    /// As it was first written.
    let name: RoomName
    /// What is not after this id was there before the session came.
    let newestAtJoin: MessageID
  }

  let connection: Connection
  let door: HTTPDoor
  private let opening: WebSocketOpening
  private var id = SessionID(loop: 0, serial: 0)
  private var phase = Phase.entering
  private lazy var subscriber = RoomSubscriber(
    id, connection.output, kinds: .messages, on: door.shard, sink: self)
  private var decoder = WebSocketDecoder()
  private var inFlight = WebSocketInFlight()
  private var endReason = "connection closed"
  private var throttle: Throttle
  var keepalive: Keepalive

  init(_ connection: Connection, _ door: HTTPDoor, _ opening: WebSocketOpening, _ throttle: Throttle) {
    self.throttle = throttle
    keepalive = Keepalive(at: connection.reactor.turnTime)
    self.connection = connection
    self.door = door
    self.opening = opening
    connection.pauseInput()
    connection.detectSilentPeer(within: Self.silentPeerSeconds)
    door.shard.metrics.webSockets.add(1, ordering: .relaxed)
    id = door.shard.enter(self, output: connection.output, format: door.settings.webSocketFormat)
    door.shard.request(id, .enter(opening.user, opening.room, after: opening.after))
  }

  // MARK: Entering

  /// The room that the session is in, and follows.
  private var room: JoinedRoom? {
    switch phase {
    case .entering, .ended: nil
    case .replaying(let room), .live(let room): room
    }
  }

  /// The user is not let in.
  private func refuseOpening(_ error: ProtocolError) {
    let problem = Problem(error).closing
    door.shard.metrics.refused(problem.reasonCode)
    connection.output.append(response(of: problem))
    finish()
  }

  private func response(of problem: Problem) -> [UInt8] {
    var bytes: [UInt8] = []
    problem.response.encode(into: &bytes, keepAlive: false, date: door.date)
    return bytes
  }

  private func open(_ joining: Joining) {
    var bytes: [UInt8] = []
    opening.response.encode(into: &bytes, keepAlive: true, date: door.date)
    connection.output.append(bytes, mark: OutputMark(Self.handshakeLane, 0))
    // It is about to be cut off, and by an HTTP response.
    if connection.output.isOverflowed { return }
    phase = .replaying(
      JoinedRoom(id: joining.room, name: joining.name, newestAtJoin: joining.newest))
    subscriber.replay(
      ReplayOrder(
        of: joining.room, joining.name, after: opening.after ?? joining.newest,
        preceding: opening.after == nil ? Self.newestMessages : 0, to: .live))
  }

  // MARK: Sending

  private func send(mark: OutputMark? = nil, _ encode: (inout [UInt8]) -> Void) {
    var bytes: [UInt8] = []
    encode(&bytes)
    connection.output.append(bytes, mark: mark)
  }

  private func refuse(_ error: ProtocolError) {
    door.shard.metrics.refused(error.code.rawValue)
    send { WebSocketFrame.error(error, into: &$0) }
  }

  private func close(_ code: WebSocketCloseCode?, _ reason: String) {
    send { WebSocketEncoder.close(code, reason, into: &$0) }
    finish()
  }

  /// Nothing follows a close frame (RFC 6455 §5.5.1), so the session is shown nothing more.
  private func finish() {
    connection.finish()
    leave()
  }

  private func leave() {
    phase = .ended
    decoder = WebSocketDecoder()
    subscriber.end(reason: endReason)
  }

  private func cutOff(_ code: WebSocketCloseCode, _ reason: String, isSlow: Bool) {
    endReason = reason
    connection.cutOff { dropped in
      // The peer was not sent the 101, or that is dropped with the rest: its answer is still an HTTP
      // response.
      if room == nil || dropped.first(of: Self.handshakeLane) != nil {
        return response(of: isSlow ? .memoryUsedUp : Problem(ProtocolError(.shuttingDown, asked: "")).closing)
      }
      let resume = subscriber.resumePoint(dropped)
      var farewell: [UInt8] = []
      WebSocketEncoder.close(code, "\(reason); resume after \(resume)", into: &farewell)
      return farewell
    }
    leave()
  }

  // MARK: Receiving

  /// The session itself is ready for more. Whether the log is, is asked when there is more: `receive` knows
  /// how to wait for it.
  private var takesInput: Bool {
    if case .live = phase { inFlight.takesMore } else { false }
  }

  private func take(_ event: WebSocketDecoder.Event) {
    switch event {
    case .needMore, .pong: break
    case .text(let text): publish(text)
    case .ping(let payload): send { WebSocketEncoder.pong(payload, into: &$0) }
    case .binary: end(.goodbye(.unsupportedData, "send text"))
    case .close(let code, let reason):
      endReason = "left"
      end(.goodbye(code, reason))
    case .failed(let code, let reason): end(.goodbye(code, reason))
    }
  }

  private func publish(_ text: String) {
    guard let room else { return }
    do throws(ProtocolError) {
      let said = try WebSocketText(text)
      inFlight.add()
      door.shard.request(id, .publish(room.name, said.text, .message, once: said.reference))
    } catch {
      inFlight.refuse(error)
      goOn()
    }
  }

  private func end(_ ending: WebSocketInFlight.Ending) {
    inFlight.end(ending)
    goOn()
  }

  /// Does what waited for the messages in flight, and takes input again.
  private func goOn() {
    guard connection.isOpen else { return }
    while let due = inFlight.takeDue() {
      switch due {
      case .refuse(let error): refuse(error)
      case .end(.goodbye(let code, let reason)): return close(code, reason)
      case .end(.hangUp): return finish()
      }
    }
    if takesInput { connection.resumeInput() }
  }
}

extension WebSocketSession: ConnectionHandler {
  func receive(_ bytes: Span<UInt8>) -> Int {
    let now = connection.reactor.turnTime
    let allowance = throttle.allowance(at: now)
    var frames = 0
    let consumed = receive(bytes, &frames, allowance)
    if frames > 0 { keepalive.heard(at: now) }
    throttle.take(frames, bytes: consumed, at: now)
    return consumed
  }

  /// Takes at most `allowance` frames, and counts them.
  private func receive(_ bytes: Span<UInt8>, _ frames: inout Int, _ allowance: Int) -> Int {
    var offset = 0
    while connection.isOpen, offset < bytes.count {
      guard takesInput else {
        connection.pauseInput()
        return offset
      }
      if door.shard.order.isFull {
        connection.pauseInput()
        door.shard.whenLogHasRoom(for: id) { [weak self] in self?.goOn() }
        return offset
      }
      if frames >= allowance {
        holdUp()
        return offset
      }
      let step = decoder.next(bytes.extracting(offset...))
      offset += step.consumed
      if step.event == .needMore { return offset }
      frames += 1
      take(step.event)
    }
    return offset
  }

  /// More comes than may: it waits, and who goes on like that for too long has to go, once all that was taken
  /// is answered.
  private func holdUp() {
    switch throttle.exceeded(by: opening.user.text, at: connection.reactor.turnTime) {
    case .end(let wait):
      report("ended", "sent too fast for too long")
      door.shard.metrics.refused(ErrorCode.tooFast.rawValue)
      end(.goodbye(.policyViolation, "sent too fast for too long; wait \(wait) s"))
    case .pause(let milliseconds): connection.pauseInput(milliseconds: milliseconds)
    }
  }

  private func report(_ measure: String, _ deed: String) {
    throttle.limiter.report(measure, opening.user.text, deed, at: connection.reactor.turnTime)
  }

  func inputEnded() { end(.hangUp) }

  func outputDrained() {
    subscriber.outputDrained()
  }

  func outputOverflowed() {
    door.shard.metrics.slowReaders.add(1, ordering: .relaxed)
    report("cut off", connection.cutOffReason)
    cutOff(.tryAgainLater, "too slow", isSlow: true)
  }

  var heldBytes: Int { decoder.heldBytes + subscriber.heldBytes }

  func closed() {
    throttle.limiter.leave(at: connection.reactor.turnTime)
    door.shard.metrics.webSockets.subtract(1, ordering: .relaxed)
    leave()
  }

  /// A frame, or the 101 before the first of them: frames of this server begin with a set bit, a response
  /// does not.
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
    bytes.withMemoryRebound(to: UInt8.self) { bytes in
      guard bytes.first == UInt8(ascii: "H") else { return WebSocketEncoder.frameLength(bytes.span) }
      let end = Array("\r\n\r\n".utf8)
      return bytes.indices.first { bytes[$0...].starts(with: end) }.map { $0 + end.count }
    }
  }
}

extension WebSocketSession: Participant {
  func received(_ event: Event) {
    guard connection.isOpen else { return }
    switch event.kind {
    case .joined(let joining): open(joining)
    case .message, .repeated:
      send(mark: event.entryID.map(OutputMark.live)) {
        WebSocketFormat().encode(event, seenBy: .origin, into: &$0)
      }
      settleMessage()
    case .refused(let refusal):
      if refusal.verb == .enter { return refuseOpening(refusal.error) }
      door.shard.metrics.refused(refusal.error.code.rawValue)
      send { WebSocketFormat().encode(event, seenBy: .origin, into: &$0) }
      settleMessage()
    case .topic, .named, .opened, .closed, .parted, .renamed, .quit, .wanted: break
    }
  }

  private func settleMessage() {
    inFlight.settle()
    goOn()
  }

  func probe() {}

  func look(at now: Int64, _ timeouts: Keepalive.Timeouts) {
    guard connection.isOpen else { return }
    // Its answer may be in what is not read.
    if connection.isInputPaused { return keepalive.heard(at: now) }
    switch keepalive.look(at: now, timeouts) {
    case .wait: break
    case .ping: send { WebSocketEncoder.ping([], into: &$0) }
    case .gone: cutOff(.policyViolation, "ping timeout", isSlow: false)
    }
  }

  func shutDown() {
    switch phase {
    case .entering: if connection.isOpen { refuseOpening(ProtocolError(.shuttingDown, asked: "")) }
    case .replaying, .live: cutOff(.goingAway, "shutdown", isSlow: false)
    case .ended: break
    }
  }
}

extension WebSocketSession: RoomSubscriberSink {
  /// What was said after the join is no history, however it is read.
  func show(_ entry: Entry, mark: OutputMark) {
    // Topics have no frame.
    guard case .message(let message) = entry, let room else { return }
    send(mark: mark) {
      WebSocketFrame.message(message, type: message.id <= room.newestAtJoin ? .history : .message, into: &$0)
    }
  }

  func showGap(in room: RoomID, from: MessageID, to: MessageID, mark: OutputMark) {
    guard let name = self.room?.name else { return }
    send(mark: mark) { WebSocketFrame.gap(room: name.text, from: from, to: to, into: &$0) }
  }

  func continueWhenDrained() { connection.notifyWhenDrained() }

  func replayEnded(of rooms: [RoomID], at cursor: MessageID) {
    guard let room else { return }
    phase = .live(room)
    goOn()
  }

  func replayFailed(of rooms: [RoomID], after: MessageID, _ error: LogError, mark: OutputMark) {
    endReason = "history cannot be read"
    refuse(ProtocolError(error, asked: ""))
    close(.internalError, "history cannot be read; resume after \(after)")
  }
}
