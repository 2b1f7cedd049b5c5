import ChatCore
import Delivery
import HTTPProtocol
import LineProtocol
import Reactor
import Synchronization
import Traffic

/// One WebSocket: a user in a room.
///
/// It has joined before the 101 is sent, so that every refusal is still an HTTP response. Then it is shown what was (in a
/// ``Replay``), and is live from the very message where that ends. Only then, and never while the log is full, is
/// its input taken: what is not taken waits in the kernel.
final class WebSocketSession {
  /// What a subscriber that does not resume is shown first.
  static let newestMessages = 20
  /// Messages of one session that may be in flight to the log.
  static let messagesInFlight = 1_024
  /// A peer that is gone without a word is noticed after about this time.
  static let silentPeerSeconds: Int32 = 120

  /// The lanes of marks beside that of what is live.
  private static let handshakeLane = OutputLane(.max)

  enum Phase {
    case joining
    case replaying
    case live
    case ended
  }

  let connection: Connection
  let door: HTTPDoor
  private let opening: WebSocketOpening
  private var id = SessionID(loop: 0, serial: 0)
  private(set) var room: RoomID?
  /// The room as it was first written; until the join, as it was asked for.
  var roomName: RoomName
  /// What is not after this id was there before the session came.
  var newestAtJoin: Int64 = 0
  var phase = Phase.joining
  private lazy var subscriber = RoomSubscriber(
    id, connection.output, kinds: .messages, on: door.shard, sink: self)
  private var decoder = WebSocketDecoder()
  /// Messages whose outcome is not known yet.
  var inFlight = 0
  /// A refusal whose turn is after the messages in flight.
  private var refusal: ProtocolError?
  /// How to close as soon as nothing is in flight.
  private var ending: Ending?
  var endReason = "connection closed"
  private var throttle: Throttle
  var keepalive: Keepalive

  private enum Ending {
    /// The client ended the connection; with or without a close frame.
    case goodbye(WebSocketCloseCode?, String)
    case hangUp
  }

  init(_ connection: Connection, _ door: HTTPDoor, _ opening: WebSocketOpening, _ throttle: Throttle) {
    self.throttle = throttle
    keepalive = Keepalive(at: connection.reactor.turnTime)
    self.connection = connection
    self.door = door
    self.opening = opening
    roomName = opening.room
    connection.pauseInput()
    connection.detectSilentPeer(within: Self.silentPeerSeconds)
    door.shard.metrics.webSockets.add(1, ordering: .relaxed)
    id = door.shard.enter(self, output: connection.output, format: door.settings.webSocketFormat)
    door.shard.request(id, .enter(opening.user, opening.room, after: opening.after))
  }

  // MARK: Joining

  /// The user is not let in: an HTTP response is still possible.
  func refuseOpening(_ error: ProtocolError) {
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

  func open(_ joining: Joining) {
    var bytes: [UInt8] = []
    opening.response.encode(into: &bytes, keepAlive: true, date: door.date)
    connection.output.append(bytes, mark: OutputMark(Self.handshakeLane, 0))
    // It is about to be cut off, and by an HTTP response.
    if connection.output.isOverflowed { return }
    room = joining.room
    roomName = joining.name
    newestAtJoin = joining.newest
    phase = .replaying
    subscriber.replay(
      ReplayOrder(
        of: joining.room, joining.name, after: opening.after ?? joining.newest,
        preceding: opening.after == nil ? Self.newestMessages : 0, to: .live))
  }

  // MARK: Sending

  func send(mark: OutputMark? = nil, _ encode: (inout [UInt8]) -> Void) {
    var bytes: [UInt8] = []
    encode(&bytes)
    connection.output.append(bytes, mark: mark)
  }

  func refuse(_ error: ProtocolError) {
    door.shard.metrics.refused(error.code.rawValue)
    send { WebSocketFrame.error(error, into: &$0) }
  }

  func close(_ code: WebSocketCloseCode?, _ reason: String) {
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

  func cutOff(_ code: WebSocketCloseCode, _ reason: String, isSlow: Bool) {
    endReason = reason
    connection.cutOff { dropped in
      // The peer was not sent the 101, or that is dropped with the rest: its answer is still an HTTP response.
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

  /// The session itself is ready for more. Whether the log is, is asked when there is more: `receive` knows how to wait for it.
  private var takesInput: Bool {
    guard case .live = phase, ending == nil, refusal == nil else { return false }
    return inFlight < Self.messagesInFlight
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
    do throws(ProtocolError) {
      let said = try WebSocketText(text)
      inFlight += 1
      door.shard.request(id, .publish(roomName, said.text, .message, once: said.reference))
    } catch {
      refusal = error
      goOn()
    }
  }

  private func end(_ ending: Ending) {
    self.ending = ending
    goOn()
  }

  /// Does what waited for the messages in flight, and takes input again.
  func goOn() {
    guard connection.isOpen else { return }
    if inFlight == 0 {
      if let error = refusal.take() { refuse(error) }
      switch ending {
      case .goodbye(let code, let reason): return close(code, reason)
      case .hangUp: return finish()
      case nil: break
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
        door.shard.whenLogHasRoom { [weak self] in self?.goOn() }
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

  /// More comes than may: it waits, and who goes on like that for too long has to go, once all that was taken is answered.
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

  /// A frame, or the 101 before the first of them: frames of this server begin with a set bit, a response does not.
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
    bytes.withMemoryRebound(to: UInt8.self) { bytes in
      guard bytes.first == UInt8(ascii: "H") else { return WebSocketEncoder.frameLength(bytes.span) }
      let end = Array("\r\n\r\n".utf8)
      return bytes.indices.first { bytes[$0...].starts(with: end) }.map { $0 + end.count }
    }
  }
}
