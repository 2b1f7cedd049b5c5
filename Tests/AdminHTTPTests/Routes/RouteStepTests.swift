import ChatTestSupport
import Delivery
import HTTPProtocol
import LineProtocol
import Testing

@testable import AdminHTTP
@testable import ChatCore

/// A request without a socket: carries out the steps of its route, and writes down what it did.
private final class ScriptedRequest: StepRunner {
  enum Deed: Equatable {
    case respond(Int, String)
    case published(MessageID)
    /// The status and the code.
    case refuse(Int, String)
    case begin(Int)
    case takeOver(WebSocketOpening)
    case say(String)
    case submit(Request.Action)
    case ask(DirectoryQuery)
    case read(HistoryQuery)
    case awaitDrain
    case unexpected
    case end
  }

  var progress = StepProgress()
  private var deeds: [Deed] = []

  /// What has been done since the last time.
  func take() -> [Deed] {
    defer { deeds = [] }
    return deeds
  }

  func say(_ bytes: [UInt8]) { if !bytes.isEmpty { deeds.append(.say(text(bytes))) } }
  func submit(_ action: Request.Action) { deeds.append(.submit(action)) }
  func ask(_ query: DirectoryQuery) { deeds.append(.ask(query)) }
  func read(_ query: HistoryQuery) { deeds.append(.read(query)) }
  func awaitDrain() { deeds.append(.awaitDrain) }
  func stepsEnded() { deeds.append(.end) }
  func perform(_ step: any DoorStep) {
    if let own = step as? HTTPStep { perform(own) }
  }

  private func perform(_ own: HTTPStep) {
    switch own {
    case .respond(let response): deeds.append(.respond(response.status.code, text(response.body)))
    case .published(let message): deeds.append(.published(message.id))
    case .refuse(let problem): deeds.append(.refuse(problem.status.code, problem.reasonCode))
    case .begin(let response): deeds.append(.begin(response.status.code))
    case .takeOver(let opening): deeds.append(.takeOver(opening))
    }
  }

  func countRefusal(_ code: String) { deeds.append(.unexpected) }
  func goLive(in room: RoomID) { deeds.append(.unexpected) }
  func startReplay(_ order: ReplayOrder) { deeds.append(.unexpected) }
  func close(reason: String) { deeds.append(.unexpected) }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// What each route does, step by step.
@Suite(.timeLimit(.minutes(5))) struct RouteStepTests {
  private let log = MemoryStore(lastID: 9)
  private let order = ScriptedOrder()
  private let runner = ScriptedRequest()
  private let context: RouteContext

  init() {
    let figures = LogFigures(
      batchSize: Histogram(bounds: []), commitSeconds: Histogram(bounds: []), queuedBytes: { 0 })
    context = RouteContext(
      log: log, order: order, metrics: DeliveryMetrics(),
      HTTPSettings(
        webSocketFormat: FormatID(0), names: ["chat.example"], allowedOrigins: ["https://a.example"],
        lineAddresses: { ["h:1"] }, tickMilliseconds: 1, log: figures))
  }

  private func ask(_ text: String) throws -> [ScriptedRequest.Deed] {
    runner.run(context.answer(try #require(request(text))))
    return runner.take()
  }

  private func get(_ target: String) throws -> [ScriptedRequest.Deed] {
    try ask("GET \(target) HTTP/1.1\nHost: x\n\n")
  }

  private func post(_ json: String, _ fields: String = "") throws -> [ScriptedRequest.Deed] {
    try ask(
      """
      POST /messages HTTP/1.1
      Host: x
      Content-Type: application/json
      \(fields)Content-Length: \(json.utf8.count)

      \(json)
      """)
  }

  private func room(_ name: String) throws -> RoomDescription {
    RoomDescription(id: RoomID(3), name: try RoomName(name), topic: nil, memberCount: 2)
  }

  private func happens(_ kind: Event.Kind) -> [ScriptedRequest.Deed] {
    runner.happened(Event(origin: SessionID(loop: 0, serial: 1), kind))
    return runner.take()
  }

  // MARK: POST /messages

  private let message = Message(
    id: 10, room: "ops", user: "ann", text: "hi", time: Timestamp(milliseconds: 0))

  private func posted(once: String? = nil) throws -> ScriptedRequest.Deed {
    .submit(
      .post(
        try RoomName("ops"), try MessageText("hi"), as: try Nick("ann"), .user,
        once: try once.map { try MessageReference($0) }))
  }

  @Test func postIsStoredAndAnswered() throws {
    let json = #"{"user":"ann","room":"ops","text":"hi"}"#
    #expect(try post(json) == [try posted()])
    #expect(happens(.opened(RoomID(3), try RoomName("ops"))) == [])
    let stored = Event.Kind.message(
      message, in: RoomID(3), once: nil, before: RoomBefore(isStored: false, newest: 0))
    #expect(happens(stored) == [.published(10), .end])
    #expect(try post(json, "Idempotency-Key: \"k\"\n") == [try posted(once: "k")])
    #expect(happens(.repeated(message)) == [.published(10), .end])
  }

  @Test(arguments: [
    (ErrorCode.notStored, 503), (.outcomeUnknown, 500), (.referenceUsed, 422), (.tooManyRooms, 503),
    (.nickReserved, 422), (.badRoom, 422),
  ])
  func postIsRefusedAtItsPlace(code: ErrorCode, status: Int) throws {
    _ = try post(#"{"user":"ann","room":"ops","text":"hi"}"#)
    #expect(
      happens(.refused(Refusal(.post, ProtocolError(code, asked: ""))))
        == [.refuse(status, code.rawValue), .end])
  }

  /// The status of a refusal, which is all that was done.
  private func status(of deeds: [ScriptedRequest.Deed]) -> Int? {
    guard deeds.count == 1, case .refuse(let status, _) = deeds[0] else { return nil }
    return status
  }

  @Test(arguments: [
    ("{", 400), (#"{"user":"1","text":"x"}"#, 422), (#"{"user":"a","room":"a b","text":"x"}"#, 422),
    (#"{"user":"a","text":""}"#, 422), (#"{"user":"a","room":"b"}"#, 422),
  ])
  func wrongContentIsRefused(json: String, status: Int) throws {
    #expect(try self.status(of: post(json)) == status)
  }

  @Test func postIsRefusedForItsHead() throws {
    let json = #"{"user":"ann","room":"ops","text":"hi"}"#
    #expect(try post(json, "Idempotency-Key: a b\n") == [.refuse(400, "bad-reference")])
    #expect(
      try post(json, "Idempotency-Key: a\nIdempotency-Key: b\n") == [.refuse(400, "bad-reference")])
    #expect(try post(json, "Origin: https://a.example\n") == [try posted()])
    _ = happens(.repeated(message))
    #expect(try status(of: post(json, "Origin: https://b.example\n")) == 403)
    #expect(try status(of: ask("POST /messages HTTP/1.1\nHost: x\n\n")) == 411)
    #expect(try status(of: ask("POST /messages HTTP/1.1\nHost: x\nContent-Length: 1\n\nx")) == 415)
    #expect(try status(of: ask("GET / HTTP/1.1\nHost: other.example\n\n")) == 421)
    order.setFull(true)
    #expect(try post(json) == [.refuse(503, "log-full")])
  }

  // MARK: GET

  @Test func messages() throws {
    let ops = try RoomName("ops")
    #expect(try get("/messages?room=ops&after=4&limit=2&kinds=all") == [.ask(.room(ops))])
    runner.answered(.room(try room("ops")))
    #expect(
      runner.take() == [.read(HistoryQuery(room: RoomID(3), .after(4), kinds: .all, limit: 2))])
    runner.answered(.success(HistoryPage(entries: [], hasMore: false, trimmedTo: 0)))
    #expect(runner.take() == [.respond(200, #"{"messages":[],"next":null}"#), .end])
  }

  @Test func messagesThatCannotBeRead() throws {
    _ = try get("/messages?room=ops")
    runner.answered(.noSuchRoom(try RoomName("ops")))
    #expect(runner.take() == [.refuse(404, "no-such-room"), .end])
    _ = try get("/messages?room=ops")
    runner.answered(.room(try room("ops")))
    _ = runner.take()
    runner.answered(.failure(.unreadable(reason: "x")))
    #expect(runner.take() == [.refuse(503, "history-unavailable"), .end])
    for query in ["room=a%20b", "limit=0", "limit=1001", "after=10", "after=1&before=2", "kinds=x"] {
      #expect(try status(of: get("/messages?\(query)")) == 422)
    }
  }

  @Test func aFewRooms() throws {
    #expect(try get("/rooms") == [.ask(.rooms(after: nil))])
    runner.answered(.rooms(Page(elements: [try room("ops")], hasMore: false)))
    #expect(runner.take() == [.respond(200, #"{"rooms":[{"room":"ops","members":2}]}"#), .end])
  }

  @Test func manyRoomsComePageByPage() throws {
    _ = try get("/rooms")
    runner.answered(.rooms(Page(elements: [try room("a")], hasMore: true)))
    #expect(
      runner.take() == [.begin(200), .say(#"{"rooms":[{"room":"a","members":2}"#), .awaitDrain])
    runner.drained()
    #expect(runner.take() == [.ask(.rooms(after: try RoomName("a")))])
    runner.answered(.rooms(Page(elements: [try room("b")], hasMore: true)))
    #expect(runner.take() == [.say(#",{"room":"b","members":2}"#), .awaitDrain])
    runner.drained()
    #expect(runner.take() == [.ask(.rooms(after: try RoomName("b")))])
    runner.answered(.rooms(Page(elements: [], hasMore: false)))
    #expect(runner.take() == [.say("]}"), .end])
  }

  @Test func metrics() throws {
    #expect(try get("/metrics") == [.ask(.count)])
    runner.answered(.count(sessions: 2, mostSessions: 3, rooms: 4))
    guard case .respond(200, let text)? = runner.take().first else {
      Issue.record("no answer")
      return
    }
    #expect(text.contains("\nlinechat_members 2\n") && text.contains("\nlinechat_rooms 4\n"))
  }

  @Test func health() throws {
    #expect(try get("/health") == [.respond(200, #"{"status":"ok"}"#)])
    log.setHealthy(false)
    #expect(try get("/health") == [.refuse(503, "commits-stall")])
    log.setHealthy(true)
    order.setFull(true)
    #expect(try get("/health") == [.refuse(503, "commits-stall")])
  }

  @Test func pagesThatDoNotChange() throws {
    for path in ["/", "/openapi.json"] {
      guard case .respond(200, let body)? = try get(path).first, !body.isEmpty else {
        Issue.record("no \(path)")
        continue
      }
    }
    #expect(try status(of: get("/none")) == 404)
    #expect(try status(of: ask("DELETE /rooms HTTP/1.1\nHost: x\n\n")) == 405)
  }

  // MARK: WebSocket

  private let upgrade = """
    Host: x
    Upgrade: websocket
    Connection: Upgrade
    Sec-WebSocket-Version: 13
    Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==


    """

  @Test func aWebSocketBeginsWhenNothingWaitsBeforeIt() throws {
    #expect(try ask("GET /ws?user=ann&room=ops&after=4 HTTP/1.1\n\(upgrade)") == [.awaitDrain])
    runner.drained()
    let deeds = runner.take()
    guard case .takeOver(let opening)? = deeds.first, deeds.count == 2 else {
      Issue.record("\(deeds)")
      return
    }
    #expect(opening.user.text == "ann" && opening.room.text == "ops" && opening.after == 4)
    #expect(opening.response.status == .switchingProtocols)
  }

  @Test(arguments: [("user=1", 422), ("room=a%20b", 422), ("after=10", 422)])
  func aWebSocketIsRefused(query: String, status: Int) throws {
    #expect(try self.status(of: ask("GET /ws?\(query) HTTP/1.1\n\(upgrade)")) == status)
    #expect(try self.status(of: get("/ws")) == 426)
    #expect(try self.status(of: ask("GET /ws HTTP/1.1\nOrigin: https://b.example\n\(upgrade)")) == 403)
  }
}
