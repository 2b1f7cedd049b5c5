import Delivery
import LineProtocol
import Testing

@testable import ChatCore
@testable import LineDoor

/// What each command of a registered IRC client does, step by step.
@Suite(.timeLimit(.minutes(5))) struct IRCCommandTests {
  private typealias Deed = ScriptedSession.Deed

  private func member() throws -> ScriptedSession {
    try ScriptedSession(.registered, nick: "ann", in: ["lobby"])
  }

  private func refused(_ numeric: Int, _ rest: String) -> [Deed] {
    [.refused("irc-\(numeric)"), .say(":srv \(numeric) ann \(rest)\r\n")]
  }

  // MARK: Channels

  @Test func join() throws {
    let session = try member()
    let ops = try RoomName("ops")
    #expect(session.line("JOIN #ops key") == [.submit(.join(ops, after: nil))])
    #expect(session.happens(.opened(RoomID(3), ops)) == [])
    #expect(
      session.happens(try .entered("ops")) == [
        .goLive(RoomID(3)), .say(":ann!ann@srv JOIN #ops\r\n"), .ask(.members(ops, after: 0)),
      ])
    let (ann, bob) = (try Nick("ann"), try Nick("bob"))
    #expect(
      session.found(.members(try room("ops", topic: "tea"), [ann], next: 4)) == [
        .say(
          """
          :srv 332 ann #ops :tea\r
          :srv 333 ann #ops tim 5\r
          :srv 353 ann = #ops :ann\r\n
          """), .awaitDrain,
      ])
    #expect(session.drains() == [.ask(.members(ops, after: 4))])
    #expect(
      session.found(.members(try room("ops", topic: "tea"), [bob], next: nil)) == [
        .say(":srv 353 ann = #ops :bob\r\n:srv 366 ann #ops :End of /NAMES list\r\n"), .awaitDrain,
      ])
    #expect(session.drains() == [.end])
    #expect(session.line("JOIN #OPS") == [])
  }

  /// Each channel's turn comes when the one before is dealt with.
  @Test func joinOfSeveral() throws {
    let session = try member()
    let (a, bc) = (try RoomName("a"), try RoomName("bc"))
    #expect(session.line("JOIN #a,#lobby,x,#A,#bc") == [.submit(.join(a, after: nil))])
    #expect(
      session.refused(.join, .tooManyRooms)
        == refused(405, "#a :too many rooms")
        + refused(403, "x :A channel's name begins with #") + [.submit(.join(bc, after: nil))])
    #expect(
      session.refused(.join, .badRoom) == refused(403, "#bc :\(ErrorCode.badRoom.reason)") + [.end])
  }

  @Test func joinIsRefused() throws {
    let session = try ScriptedSession(.registered, nick: "ann", in: ["lobby"], limit: 1)
    #expect(session.line("JOIN #ops") == refused(405, "#ops :too many rooms"))
    #expect(session.line("JOIN ,") == refused(461, "JOIN :Not enough parameters"))
    #expect(session.line("JOIN") == refused(461, "JOIN :Not enough parameters"))
  }

  @Test func partOfSeveral() throws {
    let session = try ScriptedSession(.registered, nick: "ann", in: ["lobby", "ops"])
    let (lobby, ops) = (try RoomName("lobby"), try RoomName("ops"))
    #expect(session.line("PART #lobby,#x,#ops :tea") == [.submit(.part(lobby, reason: "tea"))])
    #expect(
      session.happens(try .left("lobby", reason: "tea"))
        == [.say(":ann!ann@srv PART #lobby :tea\r\n")]
        + refused(442, "#x :You're not on that channel") + [.submit(.part(ops, reason: "tea"))])
    #expect(session.refused(.part, .notJoined) == refused(442, "#ops :You're not on that channel") + [.end])
  }

  @Test func joinZeroLeavesAll() throws {
    let session = try ScriptedSession(.registered, nick: "ann", in: ["lobby", "ops"])
    #expect(session.line("JOIN 0") == [.submit(.part(try RoomName("lobby"), reason: nil))])
    #expect(
      session.happens(try .left("lobby"))
        == [.say(":ann!ann@srv PART #lobby\r\n"), .submit(.part(try RoomName("ops"), reason: nil))])
    #expect(session.happens(try .left("ops")) == [.say(":ann!ann@srv PART #ops\r\n"), .end])
    #expect(session.books.rooms.isEmpty)
  }

  @Test func topicIsSet() throws {
    let session = try member()
    #expect(session.line("TOPIC #lobby :tea") == [.submit(.setTopic(try RoomName("lobby"), "tea"))])
    #expect(
      session.happens(try .topic("tea", in: "lobby")) == [.say(":ann!ann@srv TOPIC #lobby :tea\r\n"), .end])
    #expect(session.line("TOPIC #x :tea") == refused(442, "#x :You're not on that channel"))
    #expect(session.line("TOPIC x").first == .refused("irc-403"))
    #expect(session.line("TOPIC #lobby :a\u{7}").first == .refused("irc-400"))
    #expect(session.line("TOPIC #lobby :" + String(repeating: "x", count: 301)).first == .refused("irc-400"))
  }

  @Test func topicIsRefusedAtItsPlace() throws {
    let session = try member()
    _ = session.line("TOPIC #lobby :tea")
    #expect(
      session.refused(.setTopic, .notJoined) == refused(442, "#lobby :You're not on that channel") + [.end])
    _ = session.line("TOPIC #lobby :tea")
    #expect(
      session.refused(.setTopic, .notStored)
        == refused(400, "TOPIC :\(ErrorCode.notStored.reason)") + [.end])
  }

  @Test func topicIsShown() throws {
    let session = try member()
    #expect(session.line("TOPIC #ops") == [.ask(.room(try RoomName("ops")))])
    #expect(session.found(.room(try room("ops"))) == [.say(":srv 331 ann #ops :No topic is set\r\n"), .end])
    _ = session.line("TOPIC #ops")
    #expect(
      session.found(.room(try room("ops", topic: "tea")))
        == [.say(":srv 332 ann #ops :tea\r\n:srv 333 ann #ops tim 5\r\n"), .end])
    _ = session.line("TOPIC #ops")
    #expect(
      session.found(.noSuchRoom(try RoomName("ops"))) == refused(403, "#ops :No such channel") + [.end])
  }

  // MARK: Messages

  @Test func messagesDoNotWait() throws {
    let session = try member()
    let (lobby, hi) = (try RoomName("lobby"), try MessageText("hi"))
    #expect(session.line("PRIVMSG #lobby hi") == [.submit(.publish(lobby, hi, .message, once: nil))])
    #expect(session.line("NOTICE #lobby hi") == [.submit(.publish(lobby, hi, .notice, once: nil))])
    #expect(
      session.line("@+linechat/ref=a PRIVMSG #lobby hi")
        == [.submit(.publish(lobby, hi, .message, once: try MessageReference("a")))])
    #expect(session.line("TAGMSG #lobby") == [])
    #expect(session.progress.isIdle)
  }

  @Test func messagesAreRefused() throws {
    let session = try member()
    let lobby = try RoomName("lobby")
    #expect(session.line("PRIVMSG") == refused(411, ":No recipient given (PRIVMSG)"))
    #expect(session.line("PRIVMSG #lobby") == refused(412, ":No text to send"))
    #expect(session.line("PRIVMSG #a,#b,#c,#d,#e hi").first == .refused("irc-407"))
    #expect(session.line("PRIVMSG #x hi") == refused(404, "#x :join the room first"))
    #expect(
      session.line("PRIVMSG bob,#lobby,#x hi")
        == refused(401, "bob :No such channel, and there are no private messages")
        + refused(404, "#x :join the room first")
        + [.submit(.publish(lobby, try MessageText("hi"), .message, once: nil))])
    // Nothing answers a notice.
    #expect(session.line("NOTICE bob,#x hi") == [])
    #expect(session.line("NOTICE") == [])
  }

  @Test func theEchoIsTheAcknowledgement() throws {
    let session = try member()
    #expect(try session.settled(by: .said(message())) == [])
    _ = session.line("CAP REQ :echo-message message-tags")
    #expect(
      try session.settled(by: .said(message())) == [.say("@msgid=8 :ann!ann@srv PRIVMSG #lobby :hi\r\n")])
    #expect(
      try session.settled(by: .repeated(message(id: 3)))
        == [.say("@msgid=3 :ann!ann@srv PRIVMSG #lobby :hi\r\n")])
  }

  @Test(arguments: [ErrorCode.notJoined, .notStored, .outcomeUnknown, .referenceUsed])
  func messagesAreRefusedAtTheirPlace(code: ErrorCode) throws {
    let event = Event.Kind.refused(Refusal(.publish, ProtocolError(code, asked: "")))
    let session = try member()
    #expect(try session.settled(by: event) == refused(404, "#lobby :\(code.reason)"))
    #expect(try session.settled(.action, by: event) == refused(404, "#lobby :\(code.reason)"))
    // What is lost is not lost without a word.
    let lost: [Deed] = [.say(":srv NOTICE ann :#lobby: \(code.reason)\r\n")]
    #expect(try session.settled(.notice, by: event) == (code == .notJoined ? [] : lost))
  }

  // MARK: Lists

  @Test func names() throws {
    let session = try member()
    #expect(session.line("NAMES") == [.say(":srv 366 ann * :End of /NAMES list\r\n")])
    #expect(
      session.line("NAMES x:y,#a")
        == [.say(":srv 366 ann x:y :End of /NAMES list\r\n"), .ask(.members(try RoomName("a"), after: 0))])
    #expect(
      session.found(.noSuchRoom(try RoomName("a"))) == [
        .say(":srv 366 ann #a :End of /NAMES list\r\n"), .end,
      ])
  }

  @Test func listOfAll() throws {
    let session = try member()
    let start = Deed.say(":srv 321 ann Channel :Users  Name\r\n")
    #expect(session.line("LIST") == [start, .ask(.rooms(after: nil))])
    let page = Page(elements: [try room("a", topic: "tea", members: 2)], hasMore: true)
    #expect(session.found(.rooms(page)) == [.say(":srv 322 ann #a 2 :tea\r\n"), .awaitDrain])
    #expect(session.drains() == [.ask(.rooms(after: try RoomName("a")))])
    #expect(
      session.found(.rooms(Page(elements: [try room("b")], hasMore: false)))
        == [.say(":srv 322 ann #b 1 :\r\n:srv 323 ann :End of /LIST\r\n"), .awaitDrain])
    #expect(session.drains() == [.end])
  }

  @Test func listOfSome() throws {
    let session = try member()
    let start = Deed.say(":srv 321 ann Channel :Users  Name\r\n")
    #expect(session.line("LIST x:y,#a,#b") == [start, .ask(.room(try RoomName("a")))])
    #expect(session.found(.noSuchRoom(try RoomName("a"))) == [.ask(.room(try RoomName("b")))])
    #expect(
      session.found(.room(try room("b")))
        == [.say(":srv 322 ann #b 1 :\r\n"), .awaitDrain])
    #expect(session.drains() == [.say(":srv 323 ann :End of /LIST\r\n"), .end])
  }

  @Test func who() throws {
    let session = try member()
    #expect(session.line("WHO #lobby") == [.ask(.members(try RoomName("lobby"), after: 0))])
    #expect(
      session.found(.members(try room("lobby"), [try Nick("bob")], next: nil)) == [
        .say(
          ":srv 352 ann #lobby bob srv srv bob H :0 bob\r\n:srv 315 ann #lobby :End of WHO list\r\n"),
        .awaitDrain,
      ])
    #expect(session.drains() == [.end])
    #expect(session.line("WHO bob") == [.ask(.holders([try Nick("bob")]))])
    #expect(
      session.found(.holders([try Nick("bob")])) == [
        .say(":srv 352 ann * bob srv srv bob H :0 bob\r\n:srv 315 ann bob :End of WHO list\r\n"), .end,
      ])
    #expect(session.line("WHO #lobby o") == [.say(":srv 315 ann #lobby :End of WHO list\r\n")])
  }

  @Test func whois() throws {
    let session = try member()
    #expect(session.line("WHOIS srv Bob") == [.ask(.holders([try Nick("Bob")]))])
    #expect(
      session.found(.holders([try Nick("bob")])) == [
        .say(
          """
          :srv 311 ann bob bob srv * :bob\r
          :srv 312 ann bob srv :Net\r
          :srv 318 ann Bob :End of /WHOIS list\r\n
          """), .end,
      ])
    let nobody =
      refused(401, "eve :No such nick/channel") + [.say(":srv 318 ann eve :End of /WHOIS list\r\n")]
    _ = session.line("WHOIS eve")
    #expect(session.found(.holders([])) == nobody + [.end])
    #expect(session.line("WHOIS") == refused(431, ":No nickname given"))
    #expect(session.line("WHOIS other bob") == refused(402, "other :No such server"))
    #expect(session.line("WHOIS #x").first == .refused("irc-401"))
  }

  @Test func isOnAndUserHost() throws {
    let session = try member()
    let (ann, bob) = (try Nick("ann"), try Nick("bob"))
    #expect(session.line("ISON ann :bob 1x") == [.ask(.holders([ann, bob]))])
    #expect(session.found(.holders([bob])) == [.say(":srv 303 ann :bob\r\n"), .end])
    _ = session.line("ISON bob")
    #expect(session.found(.holders([])) == [.say(":srv 303 ann :\r\n"), .end])
    #expect(session.line("USERHOST a b c d e f").count == 1)
    #expect(session.found(.holders([bob])) == [.say(":srv 302 ann :bob=+bob@srv\r\n"), .end])
    #expect(session.line("USERHOST ann bob") == [.ask(.holders([ann, bob]))])
  }

  // MARK: Modes

  @Test func modesOfOneself() throws {
    let session = try member()
    #expect(session.line("MODE ann") == [.say(":srv 221 ann +\r\n")])
    var modes = IRCUserModes()
    _ = modes.change("+i")
    #expect(
      session.line("MODE Ann +ix")
        == [.keep(.setModes(modes)), .say(":ann!ann@srv MODE ann :+i\r\n")]
        + refused(501, ":Unknown MODE flag"))
    #expect(session.line("MODE ann +i") == [])
    #expect(session.line("MODE ann") == [.say(":srv 221 ann +i\r\n")])
    #expect(session.line("MODE bob") == refused(502, ":Cant change mode for other users"))
  }

  @Test(arguments: [
    ("MODE #ops", ":srv 324 ann #ops +\r\n"),
    ("MODE #OPS b", ":srv 368 ann #OPS :End of channel ban list\r\n"),
    ("MODE #ops +b", ":srv 368 ann #ops :End of channel ban list\r\n"),
  ])
  func modesOfAChannel(line: String, answer: String) throws {
    let session = try member()
    _ = session.line(line)
    #expect(session.found(.room(try room("ops"))) == [.say(answer), .end])
  }

  @Test func modesOfAChannelAreNotChanged() throws {
    let session = try member()
    for line in ["MODE #ops +o bob", "MODE #ops +b x"] {
      #expect(session.line(line) == [.ask(.room(try RoomName("ops")))])
      #expect(session.found(.room(try room("ops"))).first == .refused("irc-482"))
    }
    _ = session.line("MODE #ops")
    #expect(
      session.found(.noSuchRoom(try RoomName("ops"))) == refused(403, "#ops :No such channel") + [.end])
    #expect(session.line("MODE #a:b").first == .refused("irc-403"))
  }

  // MARK: The server

  @Test func theServer() throws {
    let session = try member()
    let motd = Deed.say(":srv 422 ann :There is no message of the day\r\n")
    #expect(session.line("MOTD") == [motd] && session.line("MOTD srv") == [motd])
    #expect(session.line("TIME") == [.say(":srv 391 ann srv 1 0 :1970-01-01T00:00:01.000Z\r\n")])
    guard case .say(let version)? = session.line("VERSION").first else {
      Issue.record("no version")
      return
    }
    #expect(version.hasPrefix(":srv 351 ann linechat-0 srv :\r\n:srv 005 ann "))
    for line in ["MOTD x", "TIME x", "VERSION x"] {
      #expect(session.line(line) == refused(402, "x :No such server"))
    }
    #expect(session.line("LUSERS a b") == [.ask(.count)])
  }

  @Test func theEnd() throws {
    let session = try member()
    #expect(session.line("QUIT") == [.say("ERROR :Closing Link: ann (Quit)\r\n"), .close("Quit")])
    let words = IRCDialect().dismissal(
      ProtocolError(.timeout, asked: "", reason: "Ping timeout"), session.books)
    #expect(String(decoding: words, as: UTF8.self) == "ERROR :Closing Link: ann (Ping timeout)\r\n")
    let farewell = IRCDialect().farewell(.shutdown, [], session.books)
    #expect(
      String(decoding: farewell, as: UTF8.self) == "ERROR :Closing Link: ann (The server is stopping)\r\n")
    #expect(IRCDialect().ping(session.books).map { String(decoding: $0, as: UTF8.self) } == "PING :srv\r\n")
    let (step, next) = IRCDialect().refuseLongLine(session.books)
    guard case .refuse(_, code: "irc-417") = step, case .skip = next else {
      Issue.record("\(step)")
      return
    }
  }
}
