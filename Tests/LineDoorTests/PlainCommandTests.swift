import Delivery
import LineProtocol
import Testing

@testable import ChatCore
@testable import LineDoor

/// What each command of the plain dialect does, step by step.
@Suite(.timeLimit(.minutes(5))) struct PlainCommandTests {
  private func member() throws -> ScriptedSession { try ScriptedSession(nick: "ann", in: ["lobby"]) }

  // MARK: Refusals

  @Test(arguments: [
    ("WHAT", "ERR unknown-command WHAT: no such command; HELP lists them\n", "unknown-command"),
    ("NICK", "ERR missing-field NICK: a field is missing; it is NICK name\n", "missing-field"),
    ("JOIN", "ERR missing-field JOIN: a field is missing; it is JOIN room [id]\n", "missing-field"),
    ("MSG lobby", "ERR missing-field MSG lobby: a field is missing; it is MSG room text\n", "missing-field"),
    (
      "SINCE lobby", "ERR missing-field SINCE lobby: a field is missing; it is SINCE room id\n",
      "missing-field"
    ),
    ("NAMES", "ERR missing-field NAMES: a field is missing; it is NAMES room\n", "missing-field"),
  ])
  func aLineThatIsNoCommandIsRefused(line: String, answer: String, code: String) throws {
    #expect(try member().line(line) == [.refused(code), .say(answer)])
  }

  @Test(arguments: [
    "NICK a b", "JOIN lobby 1 2", "PART lobby now", "HISTORY lobby 1 2", "SINCE lobby 1 2", "NAMES a b",
    "ROOMS a",
  ])
  func moreFieldsThanACommandTakesAreRefused(line: String) throws {
    let deeds = try member().line(line)
    #expect(deeds.first == .refused("too-many-fields") && deeds.count == 2)
  }

  @Test(arguments: ["JOIN lobby", "MSG lobby hi", "@ref=a MSG lobby hi", "PART lobby"])
  func withoutANickNothingIsDoneInRooms(line: String) throws {
    let deeds = try ScriptedSession().line(line)
    #expect(
      deeds == [.refused("no-nick"), .say("ERR no-nick \(line): say NICK and a name first\n")])
  }

  @Test(arguments: ["MSG ops hi", "PART ops"])
  func whatNeedsARoomIsRefusedOutsideIt(line: String) throws {
    #expect(
      try member().line(line) == [.refused("not-joined"), .say("ERR not-joined ops: JOIN the room first\n")])
  }

  @Test func anotherProtocolIsToldAndClosed() throws {
    let deeds = try ScriptedSession().line("GET / HTTP/1.1")
    #expect(deeds.first == .refused("not-line-protocol") && deeds.last == .close("not the line protocol"))
    #expect(deeds.count == 3)
  }

  @Test func aBlankLineAsksForNothing() throws { #expect(try member().line("  ") == []) }

  @Test func aLineThatIsTooLongEndsTheSession() throws {
    let (step, next) = PlainDialect().refuseLongLine(try member().books)
    guard case .refuse(_, code: "line-too-long") = step, case .end = next else {
      Issue.record("\(step)")
      return
    }
  }

  // MARK: NICK

  @Test func nickIsClaimedAndTold() throws {
    let session = try ScriptedSession()
    #expect(session.line("NICK ann") == [.submit(.claim(try Nick("ann")))])
    #expect(session.happens(.named(try Nick("ann"), isClaimed: true)) == [.say("OK NICK ann\n"), .end])
    #expect(session.line("NICK ann") == [.say("OK NICK ann\n")])
    #expect(session.line("NICK Ann") == [.submit(.claim(try Nick("Ann")))])
    #expect(session.happens(try .renamed("ann", "Ann")) == [.say("OK NICK Ann\n"), .end])
    #expect(session.books.nick?.text == "Ann")
  }

  @Test func aNickIsRefusedAtItsPlace() throws {
    let session = try ScriptedSession()
    _ = session.line("NICK ann")
    let answer = "ERR nick-in-use ann: another session has this nick; choose another\n"
    #expect(
      session.refused(.claim, .nickInUse, asked: "ann") == [.refused("nick-in-use"), .say(answer), .end])
    #expect(session.happens(.wanted(SessionID(loop: 0, serial: 2))) == [])
    #expect(session.progress.isIdle && session.books.nick == nil)
  }

  // MARK: JOIN, PART

  @Test func joinGoesLive() throws {
    let session = try ScriptedSession(nick: "ann")
    let ops = try RoomName("ops")
    #expect(session.line("JOIN ops") == [.submit(.join(ops, after: nil))])
    #expect(session.happens(.opened(RoomID(3), ops)) == [])
    #expect(
      session.happens(try .entered("ops", newest: 5)) == [.say("OK JOIN ops 5\n"), .goLive(RoomID(3)), .end])
    #expect(session.books.joinedRoom(ops)?.id == RoomID(3))
    #expect(session.line("JOIN OPS 99") == [.say("OK JOIN ops 7\n")])
  }

  @Test func joinResumes() throws {
    let session = try ScriptedSession(nick: "ann")
    let ops = try RoomName("ops")
    #expect(session.line("JOIN ops 3") == [.submit(.join(ops, after: 3))])
    let order = ReplayOrder(of: RoomID(3), ops, after: 3, to: .live)
    #expect(
      session.happens(try .entered("ops", newest: 5, after: 3)) == [.say("OK JOIN ops 5\n"), .replay(order)])
    #expect(session.replays(.success(6)) == [.say("END ops 6\n"), .end])
  }

  @Test func joinShowsTheNewest() throws {
    let session = try ScriptedSession(nick: "ann")
    let ops = try RoomName("ops")
    #expect(session.line("JOIN ops -20") == [.submit(.join(ops, after: nil))])
    let order = ReplayOrder(of: RoomID(3), ops, after: 5, preceding: 20, to: .live)
    #expect(session.happens(try .entered("ops", newest: 5)) == [.say("OK JOIN ops 5\n"), .replay(order)])
    #expect(session.replays(.success(5)) == [.say("END ops 5\n"), .end])
  }

  @Test func whoCannotResumeLeavesAgain() throws {
    let session = try ScriptedSession(nick: "ann")
    let ops = try RoomName("ops")
    _ = session.line("JOIN ops 3")
    _ = session.happens(try .entered("ops", newest: 5, after: 3))
    let answer = "ERR history-unavailable ops: the log could not be read; try again later\n"
    #expect(
      session.replays(.failure(.unreadable(reason: "x")))
        == [.refused("history-unavailable"), .say(answer), .submit(.part(ops, reason: nil))])
    #expect(session.happens(try .left("ops")) == [.end])
    #expect(session.books.rooms.isEmpty)
  }

  @Test func joinIsRefused() throws {
    let session = try ScriptedSession(nick: "ann", in: ["lobby"], limit: 1)
    #expect(session.line("JOIN ops 101").first == .refused("future-id"))
    #expect(session.line("JOIN ops").first == .refused("too-many-rooms"))
    #expect(session.line("JOIN ops 1x").first == .refused("bad-id"))
    #expect(session.line("JOIN ops -0").first == .refused("bad-count"))
  }

  @Test(arguments: [ErrorCode.badRoom, .tooManyRooms, .futureID])
  func joinIsRefusedAtItsPlace(code: ErrorCode) throws {
    let session = try ScriptedSession(nick: "ann")
    _ = session.line("JOIN ops 3")
    let deeds = session.refused(.join, code, asked: "ops")
    #expect(
      deeds == [.refused(code.rawValue), .say("ERR \(code.rawValue) ops: \(code.plainReason)\n"), .end])
    #expect(session.progress.isIdle)
  }

  @Test func part() throws {
    let session = try member()
    #expect(session.line("PART #lobby") == [.submit(.part(try RoomName("lobby"), reason: nil))])
    #expect(session.happens(try .left("lobby")) == [.say("OK PART lobby\n"), .end])
    #expect(session.books.rooms.isEmpty)
  }

  @Test func partIsRefusedAtItsPlace() throws {
    let session = try member()
    _ = session.line("PART lobby")
    #expect(session.refused(.part, .notJoined, asked: "lobby").first == .refused("not-joined"))
  }

  // MARK: MSG

  @Test func aMessageDoesNotWait() throws {
    let session = try member()
    let (lobby, text) = (try RoomName("lobby"), try MessageText("hi  there"))
    #expect(session.line("MSG lobby hi  there") == [.submit(.publish(lobby, text, .message, once: nil))])
    #expect(session.progress.isIdle)
    let reference = try MessageReference("a-1")
    #expect(
      session.line("@ref=a-1 MSG lobby hi  there")
        == [.submit(.publish(lobby, text, .message, once: reference))])
    #expect(try session.settled(by: .said(message())) == [.say("OK MSG lobby 8\n")])
    #expect(try session.settled(by: .repeated(message(id: 3))) == [.say("OK MSG lobby 3\n")])
  }

  @Test(arguments: [ErrorCode.notJoined, .notStored, .outcomeUnknown, .referenceUsed])
  func aMessageIsRefusedAtItsPlace(code: ErrorCode) throws {
    let refusal = Refusal(.publish, ProtocolError(code, asked: "lobby"))
    #expect(
      try member().settled(by: .refused(refusal))
        == [.refused(code.rawValue), .say("ERR \(code.rawValue) lobby: \(code.plainReason)\n")])
  }

  // MARK: History

  @Test func since() throws {
    let session = try ScriptedSession()
    let ops = try RoomName("ops")
    #expect(session.line("SINCE ops 3") == [.ask(.room(ops))])
    #expect(
      session.found(.room(try room("ops")))
        == [.replay(ReplayOrder(of: RoomID(3), ops, after: 3, to: .through(90)))])
    #expect(session.replays(.success(41)) == [.say("END ops 41\n"), .end])
    #expect(session.line("SINCE ops 101").first == .refused("future-id"))
  }

  @Test func history() throws {
    let session = try ScriptedSession()
    let ops = try RoomName("ops")
    #expect(session.line("HISTORY ops 2") == [.ask(.room(ops))])
    #expect(
      session.found(.room(try room("ops")))
        == [.read(HistoryQuery(room: RoomID(3), .newest, limit: 2, byteLimit: .max))])
    let entries = [Entry.message(message(id: 4, in: "ops")), .message(message(id: 6, in: "ops"))]
    #expect(
      session.found(.success(HistoryPage(entries: entries, hasMore: true, trimmedTo: 0)))
        == [.replay(ReplayOrder(of: RoomID(3), ops, after: 6, to: .through(6), beginningWith: entries))])
    #expect(session.replays(.success(6)) == [.say("END ops 6\n"), .end])
    #expect(session.line("HISTORY ops 0").first == .refused("bad-count"))
  }

  @Test func historyThatCannotBeRead() throws {
    let session = try member()
    _ = session.line("HISTORY ops")
    _ = session.found(.room(try room("ops")))
    let answer = "ERR history-unavailable ops: the log could not be read; try again later\n"
    #expect(
      session.found(.failure(.unreadable(reason: "x")))
        == [.refused("history-unavailable"), .say(answer), .end])
    _ = session.line("SINCE lobby 3")
    _ = session.found(.room(try room("lobby")))
    // One that was only read stays joined.
    #expect(session.replays(.failure(.unreadable(reason: "x"))).count == 3)
    #expect(session.progress.isIdle)
  }

  @Test(arguments: ["SINCE ops 3", "HISTORY ops", "NAMES ops"])
  func aRoomThatIsNotThere(line: String) throws {
    let session = try ScriptedSession()
    _ = session.line(line)
    let reason = ErrorCode.noSuchRoom.reason
    #expect(
      session.found(.noSuchRoom(try RoomName("ops")))
        == [.refused("no-such-room"), .say("ERR no-such-room ops: \(reason)\n"), .end])
  }

  @Test func entriesOfAReplay() throws {
    let topic = StoredTopic(
      id: 9, room: "ops", topic: Topic(text: "tea", author: "tim", time: Timestamp(milliseconds: 0)))
    let dialect = PlainDialect()
    #expect(String(decoding: dialect.show(.topic(topic)), as: UTF8.self) == "TOPIC ops 9 tim tea\n")
    #expect(
      String(decoding: dialect.show(.message(message())), as: UTF8.self)
        == "HIST lobby 8 1970-01-01T00:00:00.000Z ann hi\n")
    #expect(
      String(decoding: dialect.showGap(try RoomName("ops"), from: 3, to: 5), as: UTF8.self) == "GAP ops 3 5\n"
    )
  }

  // MARK: Lists

  @Test func namesComePageByPage() throws {
    let session = try ScriptedSession()
    let ops = try RoomName("ops")
    let (ann, bob) = (try Nick("ann"), try Nick("bob"))
    #expect(session.line("NAMES ops") == [.ask(.members(ops, after: 0))])
    let description = try room("ops")
    #expect(
      session.found(.members(description, [ann], next: 4)) == [.say("NAMES ops ann\n"), .awaitDrain])
    #expect(session.drains() == [.ask(.members(ops, after: 4))])
    #expect(
      session.found(.members(description, [bob], next: nil))
        == [.say("NAMES ops bob\nEND ops\n"), .awaitDrain])
    #expect(session.drains() == [.end])
  }

  @Test func aRoomThatGoesBetweenTwoPagesIsOver() throws {
    let session = try ScriptedSession()
    _ = session.line("NAMES ops")
    _ = session.found(.members(try room("ops"), [try Nick("ann")], next: 4))
    _ = session.drains()
    #expect(session.found(.noSuchRoom(try RoomName("ops"))) == [.say("END ops\n"), .end])
  }

  @Test func roomsComePageByPage() throws {
    let session = try ScriptedSession()
    #expect(session.line("ROOMS") == [.ask(.rooms(after: nil))])
    let page = Page(elements: [try room("a"), try room("bc", members: 2)], hasMore: true)
    #expect(session.found(.rooms(page)) == [.say("ROOM a 1\nROOM bc 2\n"), .awaitDrain])
    #expect(session.drains() == [.ask(.rooms(after: try RoomName("bc")))])
    #expect(
      session.found(.rooms(Page(elements: [], hasMore: false))) == [.say("END ROOMS\n"), .awaitDrain])
    #expect(session.drains() == [.end])
  }

  // MARK: The rest

  @Test func pingHelpQuit() throws {
    let session = try ScriptedSession()
    #expect(session.line("PING a  b") == [.say("PONG a  b\n")])
    #expect(session.line("PING") == [.say("PONG\n")])
    #expect(session.line([0x50, 0x49, 0x4E, 0x47, 0x20, 0xFF]).first == .refused("text-not-utf8"))
    guard case .say(let help)? = session.line("HELP me").first else {
      Issue.record("no help")
      return
    }
    #expect(help.hasPrefix("HELP NICK name") && help.hasSuffix("\nEND HELP\n"))
    #expect(session.line("QUIT now") == [.say("BYE\n"), .close("quit")])
  }

  @Test func theFarewellSaysWhereToGoOn() throws {
    let points = [
      ResumePoint(room: try RoomName("lobby"), cursor: 7), ResumePoint(room: try RoomName("ops"), cursor: 0),
    ]
    let words = PlainDialect().farewell(.slow, points, try member().books)
    #expect(String(decoding: words, as: UTF8.self) == "RESUME lobby 7\nRESUME ops 0\nBYE slow\n")
  }

  @Test func everyLineCostsAUnit() throws {
    for line in ["", "NICK a", "ROOMS", "HISTORY a", "WHAT"] { #expect(try member().cost(line) == 1) }
  }

  /// An event that is not what comes of the request in progress changes nothing but the books.
  @Test func otherEventsDoNotAnswer() throws {
    let session = try member()
    _ = session.line("PART lobby")
    #expect(session.refused(.claim, .nickInUse) == [])
    #expect(session.happens(try .renamed("ann", "bob")) == [])
    #expect(!session.progress.isIdle)
    #expect(session.happens(try .left("lobby")) == [.say("OK PART lobby\n"), .end])
  }
}
