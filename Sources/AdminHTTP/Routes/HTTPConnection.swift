import ChatCore
import Delivery
import HTTPProtocol
import LineProtocol
import Reactor
import Synchronization
import Traffic

/// One connection of the HTTP door: takes requests one at a time, and answers each before it looks at the next.
///
/// Requests that come early (pipelining) wait in the input, and those behind them in the kernel: so responses are in order, nothing
/// is queued, and a client that asks faster than it reads is slowed down by TCP.
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
      sharing: door.origins.sharing(with: request))
    let now = connection.reactor.turnTime
    if let seconds = throttle.admit(bytes: request.body.count, by: PublishRoute.user(of: request), at: now) {
      return refuse(.tooFast(retryAfter: seconds))
    }
    perform { () throws(Problem) in try door.answer(request) }
  }

  /// The content is still to come: it is not read if the head is enough for a refusal.
  private func checkSource() {
    guard !isSourceChecked, let request = parser.pending else { return }
    isSourceChecked = true
    do throws(Problem) { try door.checkSource(of: request) } catch { refuseInput(error) }
  }

  /// The client waits before it sends the content: what is refused for its head alone is refused now.
  private func answerExpectation() {
    guard let request = parser.pending else { return }
    do throws(Problem) {
      try door.checkSource(of: request)
      try door.routes.route(for: request).checkHead(request)
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

  private func perform(_ step: () throws(Problem) -> RouteStep) {
    do throws(Problem) {
      switch try step() {
      case .respond(let response): respond(response)
      case .part(let bytes, let response, let next): sendPart(bytes, of: response, next)
      case .publish(let room, let text, let user, let reference):
        answering?.awaited = .publication
        request(.post(room, text, as: user, .user, once: reference))
      case .ask(let query, let then):
        answering?.awaited = .answer(then)
        door.shard.ask(query) { [weak self] in self?.received($0) }
      case .read(let query, let then):
        answering?.awaited = .page(then)
        door.shard.read(query) { [weak self] in self?.received($0) }
      case .open(let opening):
        answering?.awaited = .drain(opening)
        if connection.output.pendingBytes > 0 { connection.notifyWhenDrained() } else { outputDrained() }
      }
    } catch {
      refuse(error)
    }
  }

  private func request(_ action: Request.Action) {
    let session = self.session ?? door.shard.enter(self, output: nil, format: door.settings.webSocketFormat)
    self.session = session
    door.shard.request(session, action)
  }

  private func received(_ answer: DirectoryAnswer) {
    guard case .answer(let then) = answering?.awaited else { return }
    perform { () throws(Problem) in try then(answer) }
  }

  private func received(_ result: Result<HistoryPage, LogError>) {
    guard case .page(let then) = answering?.awaited else { return }
    switch result {
    case .success(let page): perform { () throws(Problem) in try then(page) }
    case .failure(let error): refuse(Problem(ProtocolError(error, asked: "")))
    }
  }

  // MARK: Responses

  private func refuse(_ problem: Problem) {
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
    send(bytes)
  }

  private func sendPart(_ part: [UInt8], of response: HTTPResponse, _ next: RouteStep?) {
    guard let answer = answering else { return }
    var bytes: [UInt8] = []
    let framing = answer.framing ?? (answer.version == .http10 ? .untilClose : .chunked)
    if answer.framing == nil {
      if case .untilClose = framing { isEnding = true }
      var response = response
      response.headers += answer.sharing
      response.encode(into: &bytes, keepAlive: keepsAlive, date: door.date, framing: framing)
      if answer.headOnly { return send(bytes) }
    }
    framing.encode(part, isLast: next == nil, into: &bytes)
    answering?.framing = framing
    answering?.next = next
    timeouts.progressed()
    send(bytes)
  }

  private var keepsAlive: Bool { answering?.keepAlive == true && !isEnding }

  private func send(_ response: [UInt8]) {
    answering?.awaited = .nothing
    if response.count <= Self.pieceBytes {
      append(response)
      return finishPart()
    }
    rest = response[...]
    sendPiece()
  }

  private func sendPiece() {
    append(Array(rest.prefix(Self.pieceBytes)))
    rest = rest.dropFirst(Self.pieceBytes)
    if !rest.isEmpty { return connection.notifyWhenDrained() }
    rest = []
    finishPart()
  }

  private func append(_ piece: [UInt8]) {
    connection.output.append(piece, mark: OutputMark(Self.answerLane, 0))
  }

  private func finishPart() {
    if answering?.next == nil { finishAnswer() } else { connection.notifyWhenDrained() }
  }

  private func finishAnswer() {
    let goesOn = keepsAlive
    answering = nil
    timeouts.progressed()
    if goesOn { connection.resumeInput() } else { connection.finish() }
  }

  /// From here on the connection is a WebSocket. `answering` stays, so nothing more is taken for a request.
  private func handOver(to opening: WebSocketOpening) {
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
    if case .drain(let opening) = answering?.awaited { return handOver(to: opening) }
    if let next = answering?.next.take() { return perform { next } }
    connection.resumeInput()
  }

  /// No more than two pieces are ever appended, and every bound is larger: it is all connections together that hold too much. A client
  /// that was sent part of an answer has to see that it is incomplete (RFC 9112 §8); the others are told.
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
    leaveShard()
    door.remove(self)
  }

  /// Only connections that are cut off have units, and this one is never cut off.
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { nil }
}

extension HTTPConnection: Participant {
  func received(_ event: Event) {
    guard case .publication = answering?.awaited else { return }
    switch event.kind {
    case .message(let message, _, _, _), .repeated(let message):
      send(
        PublishRoute.response(
          to: message, keepAlive: keepsAlive, headers: answering?.sharing ?? [], date: door.date))
    case .refused(let refusal): refuse(Problem(refusal.error))
    case .topic, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .wanted: break
    }
  }

  func probe() {}
}
