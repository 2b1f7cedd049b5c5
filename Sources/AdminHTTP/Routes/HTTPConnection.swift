import ChatCore
import Delivery
import HTTPProtocol
import LineProtocol
import Reactor
import Synchronization
import Traffic

/// One connection of the HTTP door: takes requests one at a time, and answers each before it looks at the
/// next.
///
/// Requests that come early (pipelining) wait in the input, and those behind them in the kernel: so responses
/// are in order, nothing is queued, and a client that asks faster than it reads is slowed down by TCP.
final class HTTPConnection {
  /// A longer response goes out in pieces of this many bytes, each when the client has read the one before.
  static let pieceBytes = 16 * 1024
  /// That of the marks of all answers.
  private static let answerLane = OutputLane(0)

  private let connection: Connection
  private let door: HTTPDoor
  /// This connection among the shard's sessions, from the first time it requests something.
  private var session: SessionID?
  private var parser = HTTPRequestParser()
  /// The request that is being answered.
  private var answering: HTTPAnswering?
  /// What its answer waits for, and what follows.
  var progress = StepProgress()
  /// What is left of a long response.
  private var rest: ArraySlice<UInt8> = []
  /// The connection closes after the answer in progress.
  private var isEnding = false
  private var timeouts = HTTPTimeouts()
  private var throttle: Throttle
  /// The request in the parser may be sent from where it comes from.
  private var isSourceChecked = false

  init(_ connection: Connection, _ door: HTTPDoor, _ throttle: Throttle) {
    self.throttle = throttle
    self.connection = connection
    self.door = door
  }

  // MARK: Requests

  private func begin(_ request: HTTPRequest) {
    isSourceChecked = false
    answering = HTTPAnswering(
      keepAlive: request.keepAlive, headOnly: request.method == .head, version: request.version,
      sharing: door.context.origins.sharing(with: request))
    let now = connection.reactor.turnTime
    if let seconds = throttle.admit(bytes: request.body.count, by: PublishRoute.user(of: request), at: now) {
      return refuse(.tooFast(retryAfter: seconds))
    }
    run(door.context.answer(request))
    if progress.isIdle { stepsEnded() }
  }

  /// The content is still to come: it is not read if the head is enough for a refusal.
  private func checkSource() {
    guard !isSourceChecked, let request = parser.pending else { return }
    isSourceChecked = true
    do throws(Problem) { try door.context.checkSource(of: request) } catch { refuseInput(error) }
  }

  /// The client waits before it sends the content: what is refused for its head alone is refused now.
  private func answerExpectation() {
    guard let request = parser.pending else { return }
    do throws(Problem) {
      try door.context.checkSource(of: request)
      try door.context.routes.route(for: request).checkHead(request)
      connection.output.append(HTTPResponse.continue)
    } catch {
      refuseInput(error)
    }
  }

  /// Refuses a request that has not come completely.
  private func refuseInput(_ problem: Problem) {
    answering = HTTPAnswering(keepAlive: false, headOnly: false)
    refuse(problem)
  }

  // MARK: Responses

  /// Answers with a problem, whatever was to follow.
  private func refuse(_ problem: Problem) {
    dropSteps()
    door.shard.metrics.refused(problem.reasonCode)
    // An answer that has begun can only be left incomplete, and the client has to see that (RFC 9112 §8).
    if answering?.framing != nil { return connection.reset() }
    respond(problem.response)
  }

  private func respond(_ response: HTTPResponse) {
    if response.closesConnection { isEnding = true }
    var bytes: [UInt8] = []
    var response = response
    response.headers += answering?.sharing ?? []
    response.encode(
      into: &bytes, keepAlive: keepsAlive, headOnly: answering?.headOnly ?? false, date: door.date)
    send(whole: bytes)
  }

  private func send(whole response: [UInt8]) {
    answering?.hasBegun = true
    send(response)
    complete()
  }

  /// Begins an answer that comes in parts.
  private func begin(_ response: HTTPResponse) {
    guard let answer = answering else { return }
    let framing: HTTPFraming = answer.version == .http10 ? .untilClose : .chunked
    if case .untilClose = framing { isEnding = true }
    var bytes: [UInt8] = []
    var response = response
    response.headers += answer.sharing
    response.encode(into: &bytes, keepAlive: keepsAlive, date: door.date, framing: framing)
    answering?.hasBegun = true
    if answer.headOnly { dropSteps() } else { answering?.framing = framing }
    send(bytes)
  }

  private var keepsAlive: Bool { answering?.keepAlive == true && !isEnding }

  private func send(_ bytes: [UInt8]) {
    if !rest.isEmpty { return rest.append(contentsOf: bytes) }
    if bytes.count <= Self.pieceBytes { return append(bytes) }
    rest = bytes[...]
    sendPiece()
  }

  private func sendPiece() {
    append(Array(rest.prefix(Self.pieceBytes)))
    rest = rest.dropFirst(Self.pieceBytes)
    if rest.isEmpty { rest = [] }
    if !rest.isEmpty || !progress.isIdle { return connection.notifyWhenDrained() }
    if answering?.isComplete == true { finishAnswer() }
  }

  private func append(_ piece: [UInt8]) {
    connection.output.append(piece, mark: OutputMark(Self.answerLane, 0))
  }

  /// Nothing is added to the answer.
  private func complete() {
    guard let answer = answering, !answer.isComplete else { return }
    guard answer.hasBegun else { return refuse(.internalError) }
    if let framing = answer.framing {
      var end: [UInt8] = []
      framing.encode([], isLast: true, into: &end)
      send(end)
    }
    answering?.isComplete = true
    if rest.isEmpty { finishAnswer() }
  }

  private func finishAnswer() {
    let goesOn = keepsAlive
    answering = nil
    timeouts.progressed()
    if goesOn { connection.resumeInput() } else { connection.finish() }
  }

  /// From here on the connection is a WebSocket. `answering` stays, so nothing more is taken for a request.
  private func handOver(to opening: WebSocketOpening) {
    answering?.isComplete = true
    leaveShard()
    door.remove(self)
    connection.handler = WebSocketSession(connection, door, opening, throttle)
  }

  // MARK: The end

  func tick() {
    guard connection.isOpen else { return }
    switch timeouts.tick(phase) {
    case .wait: break
    case .refuse: refuseInput(.timeout)
    case .close: connection.close()
    }
  }

  private var phase: HTTPTimeouts.Phase {
    let waiting = connection.output.pendingBytes + rest.count
    if waiting > 0 { return .sending(waiting) }
    if answering != nil { return .answering }
    return parser.isMidRequest ? .receiving : .idle
  }

  /// The server ends. The log has stored what it will: a publication that is still awaited is not among it.
  func shutDown() {
    guard connection.isOpen else { return }
    isEnding = true
    if answering == nil { return connection.finish() }
    if rest.isEmpty { refuse(Problem(ProtocolError(.shuttingDown, asked: ""))) }
  }

  private func leaveShard() {
    if let session { door.shard.leave(session, rooms: EmptyCollection<RoomID>(), reason: "") }
    session = nil
  }
}

extension HTTPConnection: ConnectionHandler {
  func receive(_ bytes: Span<UInt8>) -> Int {
    var offset = 0
    while connection.isOpen, offset < bytes.count {
      guard answering == nil, connection.output.pendingBytes <= Self.pieceBytes else {
        connection.pauseInput()
        if answering == nil { connection.notifyWhenDrained() }
        return offset
      }
      if !parser.isMidRequest { timeouts.progressed() }
      let step = parser.parse(bytes.extracting(offset...))
      offset += step.consumed
      switch step.event {
      case .needMore:
        checkSource()
        return offset
      case .sendContinue: answerExpectation()
      case .request(let request): begin(request)
      case .failed(let problem): refuseInput(problem)
      }
    }
    return offset
  }

  func inputEnded() {
    isEnding = true
    if answering != nil { return }
    // RFC 9112 §8: a request that ends before it is complete.
    if parser.isMidRequest { return refuseInput(.malformed("The request ended before it was complete.")) }
    connection.finish()
  }

  func outputDrained() {
    if !rest.isEmpty { return sendPiece() }
    drained()
    if answering == nil { connection.resumeInput() }
  }

  /// No more than two pieces are ever appended, and every bound is larger: it is all connections together
  /// that hold too much. A client that was sent part of an answer has to see that it is incomplete (RFC 9112
  /// §8); the others are told.
  func outputOverflowed() {
    let isAnswerLost = connection.output.firstLost(of: Self.answerLane) != nil
    let isMidAnswer = isAnswerLost || answering != nil || connection.output.pendingBytes > 0
    throttle.limiter.reportRequest(
      "cut off", of: nil, connection.cutOffReason, at: connection.reactor.turnTime)
    door.shard.metrics.slowReaders.add(1, ordering: .relaxed)
    // Its request may have been carried out: that it was not must not be said.
    if isMidAnswer { return connection.reset() }
    parser = HTTPRequestParser()
    var response: [UInt8] = []
    Problem.memoryUsedUp.response.encode(into: &response, keepAlive: false, date: door.date)
    connection.cutOff { _ in response }
  }

  /// The content of an unfinished request, and an answer as far as its pieces wait for the client.
  var heldBytes: Int { parser.heldBytes + rest.endIndex }

  func closed() {
    throttle.limiter.leave(at: connection.reactor.turnTime)
    dropSteps()
    leaveShard()
    door.remove(self)
  }

  /// Only output that waits has units, and this one is cut off only where nothing waits.
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { nil }
}

extension HTTPConnection: Participant {
  func received(_ event: Event) { happened(event) }

  func probe() {}
}

extension HTTPConnection: StepRunner {
  /// Adds to the content of an answer that has begun.
  func say(_ bytes: [UInt8]) {
    guard let framing = answering?.framing, !bytes.isEmpty else { return }
    var part: [UInt8] = []
    framing.encode(bytes, isLast: false, into: &part)
    timeouts.progressed()
    send(part)
  }

  func countRefusal(_ code: String) { door.shard.metrics.refused(code) }

  func submit(_ action: Request.Action) {
    let session = self.session ?? door.shard.enter(self, output: nil, format: door.settings.webSocketFormat)
    self.session = session
    door.shard.request(session, action)
  }

  func ask(_ query: DirectoryQuery) { door.shard.ask(query) { [weak self] in self?.answered($0) } }
  func read(_ query: HistoryQuery) { door.shard.read(query) { [weak self] in self?.answered($0) } }
  func awaitDrain() { connection.notifyWhenDrained() }
  func perform(_ step: any DoorStep) {
    if let step = step as? HTTPStep { perform(step) }
  }

  private func perform(_ step: HTTPStep) {
    switch step {
    case .respond(let response): respond(response)
    case .published(let message):
      send(
        whole: PublishRoute.response(
          to: message, keepAlive: keepsAlive, headers: answering?.sharing ?? [], date: door.date))
    case .refuse(let problem): refuse(problem)
    case .begin(let response): begin(response)
    case .takeOver(let opening): handOver(to: opening)
    }
  }
  func stepsEnded() { complete() }
  func close(reason: String) { connection.finish() }

  // MARK: What requests have no use for

  func goLive(in room: RoomID) {}
  func startReplay(_ order: ReplayOrder) { replayed(.success(order.after)) }
}
