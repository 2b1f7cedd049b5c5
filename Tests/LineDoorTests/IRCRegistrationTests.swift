import Delivery
import LineProtocol
import Testing

@testable import ChatCore
@testable import LineDoor

/// How IRC clients register, step by step.
@Suite(.timeLimit(.minutes(5))) struct IRCRegistrationTests {
  private typealias Deed = ScriptedSession.Deed

  private let count = DirectoryAnswer.count(sessions: 3, mostSessions: 4, rooms: 2)
  private let lusers = """
    :srv 251 ann :There are 2 users and 1 invisible on 1 servers\r
    :srv 254 ann 2 :channels formed\r
    :srv 255 ann :I have 3 clients and 0 servers\r
    :srv 265 ann 3 4 :Current local users 3, max 4\r
    :srv 266 ann 3 4 :Current global users 3, max 4\r\n
    """
  private let motd = Deed.say(":srv 422 ann :There is no message of the day\r\n")

  /// The welcome begins with the deeds given.
  private func expectWelcome(_ deeds: [Deed], _ session: ScriptedSession) {
    #expect(deeds.first == .keep(.register(.registered)))
    guard deeds.count == 3, case .say(let welcome) = deeds[1] else {
      Issue.record("\(deeds)")
      return
    }
    #expect(
      welcome.hasPrefix(":srv 001 ann :Welcome to Net, ann!ann@srv\r\n:srv 002 ann :Your host is srv, "))
    #expect(welcome.contains("\r\n:srv 004 ann srv linechat-0 i :\r\n:srv 005 ann CASEMAPPING=ascii "))
    #expect(deeds[2] == .ask(.count))
    #expect(session.found(count) == [.say(lusers), motd, .end])
  }

  @Test func nickThenUser() throws {
    let session = try ScriptedSession(.registering(hasUser: false))
    #expect(session.line("NICK ann") == [.submit(.claim(try Nick("ann")))])
    #expect(
      session.happens(.named(try Nick("ann"), isClaimed: true))
        == [.keep(.register(.registering(hasUser: false))), .end])
    expectWelcome(session.line("USER a 0 * :Ann"), session)
    #expect(session.books.registration == .registered)
  }

  @Test func userThenNick() throws {
    let session = try ScriptedSession(.registering(hasUser: false))
    #expect(session.line("USER a 0 * :Ann") == [.keep(.register(.registering(hasUser: true)))])
    _ = session.line("NICK ann")
    expectWelcome(session.happens(.named(try Nick("ann"), isClaimed: true)), session)
  }

  @Test func negotiationHoldsItUp() throws {
    let session = try ScriptedSession(.registering(hasUser: false))
    var negotiation = IRCNegotiation()
    negotiation.list(version: "302")
    #expect(
      session.line("CAP LS 302") == [
        .keep(.negotiate(negotiation)),
        .say(":srv CAP * LS :batch cap-notify echo-message message-tags server-time\r\n"),
        .keep(.register(.negotiating(hasUser: false))),
      ])
    _ = session.line("NICK ann")
    #expect(
      session.happens(.named(try Nick("ann"), isClaimed: true))
        == [.keep(.register(.negotiating(hasUser: false))), .end])
    #expect(session.line("USER a 0 * :Ann") == [.keep(.register(.negotiating(hasUser: true)))])
    _ = negotiation.request("server-time")
    #expect(
      session.line("CAP REQ :server-time")
        == [.keep(.negotiate(negotiation)), .say(":srv CAP ann ACK :server-time\r\n")])
    #expect(session.line("CAP REQ nothing").last == .say(":srv CAP ann NAK :nothing\r\n"))
    #expect(session.line("CAP LIST") == [.say(":srv CAP ann LIST :cap-notify server-time\r\n")])
    #expect(
      session.line("JOIN #a") == [.refused("irc-451"), .say(":srv 451 ann :You have not registered\r\n")])
    expectWelcome(session.line("CAP END"), session)
  }

  @Test func capabilitiesOfWhoIsRegistered() throws {
    let session = try ScriptedSession(.registered, nick: "ann")
    #expect(session.line("CAP END") == [])
    _ = session.line("CAP REQ :echo-message")
    #expect(session.books.registration == .registered)
    #expect(session.books.irc.negotiation.enabled == .echoMessage)
    #expect(
      session.line("CAP FLY") == [.refused("irc-410"), .say(":srv 410 ann FLY :Invalid CAP command\r\n")])
  }

  /// A session that was plain is in rooms, and is shown them.
  @Test func roomsOfBefore() throws {
    let session = try ScriptedSession(.registering(hasUser: false), nick: "ann", in: ["lobby"])
    let lobby = try RoomName("lobby")
    #expect(session.line("USER a 0 * :Ann").count == 3)
    #expect(
      session.found(count)
        == [.say(lusers), motd, .say(":ann!ann@srv JOIN #lobby\r\n"), .ask(.members(lobby, after: 0))])
    #expect(
      session.found(.members(try room("lobby"), [try Nick("ann")], next: nil)) == [
        .say(":srv 353 ann = #lobby :ann\r\n:srv 366 ann #lobby :End of /NAMES list\r\n"), .awaitDrain,
      ])
    #expect(session.drains() == [.end])
  }

  @Test func nicks() throws {
    let session = try ScriptedSession(.registered, nick: "ann")
    #expect(session.line("NICK ann") == [])
    #expect(session.line("NICK :") == [.refused("irc-431"), .say(":srv 431 ann :No nickname given\r\n")])
    #expect(session.line("NICK 1a").first == .refused("irc-432"))
    #expect(session.line("NICK bob") == [.submit(.claim(try Nick("bob")))])
    #expect(session.happens(try .renamed("ann", "bob")) == [.say(":ann!ann@srv NICK :bob\r\n"), .end])
    // A client renames in all channels. Where another session keeps the old name, it comes again.
    _ = session.line("NICK ann")
    let looks: KeyValuePairs<String, Renaming.Look> = [
      "a": .replaced, "b": .arrived, "c": .departed, "d": .unseen,
    ]
    #expect(
      session.happens(try .renamed("bob", "ann", in: looks)) == [
        .say(
          ":bob!bob@srv NICK :ann\r\n:bob!bob@srv JOIN #b\r\n:bob!bob@srv JOIN #d\r\n"), .end,
      ])
    _ = session.line("NICK Ann")
    #expect(
      session.happens(try .renamed("ann", "Ann", in: ["a": .unseen]))
        == [.say(":ann!ann@srv NICK :Ann\r\n"), .end])
    _ = session.line("NICK bob")
    _ = session.happens(try .renamed("Ann", "bob"))
    _ = session.line("NICK eve")
    #expect(
      session.refused(.claim, .nickInUse)
        == [.refused("irc-433"), .say(":srv 433 bob eve :Nickname is already in use\r\n"), .end])
    _ = session.line("NICK guide")
    #expect(
      session.refused(.claim, .nickReserved).dropFirst().first
        == .say(":srv 433 bob guide :this nick is the server's own; choose another\r\n"))
    // Nothing of it is left to do.
    #expect(session.progress.isIdle)
  }

  @Test func aFirstNickThatIsRefused() throws {
    let session = try ScriptedSession(.registering(hasUser: true))
    _ = session.line("NICK eve")
    #expect(
      session.refused(.claim, .nickInUse)
        == [.refused("irc-433"), .say(":srv 433 * eve :Nickname is already in use\r\n"), .end])
    #expect(session.books.registration == .registering(hasUser: true))
  }

  @Test func whatNeedsNoRegistration() throws {
    let session = try ScriptedSession(.registering(hasUser: false))
    #expect(session.line("PASS x") == [])
    #expect(session.line("PONG x") == [])
    #expect(session.line("PING a") == [.say(":srv PONG srv :a\r\n")])
    #expect(session.line("PING") == [.refused("irc-409"), .say(":srv 409 * :No origin specified\r\n")])
    #expect(
      session.line("USER a") == [.refused("irc-461"), .say(":srv 461 * USER :Not enough parameters\r\n")])
    #expect(
      session.line("QUIT :so long")
        == [.say("ERROR :Closing Link: * (Quit: so long)\r\n"), .close("Quit: so long")])
  }

  @Test func whatIsNotUTF8() throws {
    let session = try ScriptedSession(.registering(hasUser: false))
    #expect(
      session.line(Array("USER a 0 * :".utf8) + [0xFF]) == [.keep(.register(.registering(hasUser: true)))])
    let deeds = session.line(Array("NICK ".utf8) + [0xFF])
    #expect(deeds.first == .refused("irc-fail"))
    #expect(session.line("A\u{0}").first == .refused("irc-400"))
    #expect(session.line("") == [])
  }
}
