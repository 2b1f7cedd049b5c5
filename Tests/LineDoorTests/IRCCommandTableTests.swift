import LineProtocol
import Testing

@testable import LineDoor

@Suite(.timeLimit(.minutes(5))) struct IRCCommandTableTests {
  /// What a line is refused with; nil if it has a handler.
  private func refusal(of text: String, _ registration: Registration = .registered) throws -> IRCRefusal? {
    var line = try #require(try IRCLine.parse(Array(text.utf8).span))
    let books = try ScriptedSession(registration).books
    do throws(IRCRefusal) {
      _ = try IRCCommand.find(&line, books)
      return nil
    } catch {
      return error
    }
  }

  @Test func namesAreUpperCaseAndUnique() {
    let names = IRCCommand.table.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0 == $0.uppercased() })
  }

  @Test func commandsAreFoundInAnyCase() throws {
    #expect(try refusal(of: "join #a") == nil)
    #expect(try refusal(of: ":x JoIn #a") == nil)
    #expect(try refusal(of: "JOINT #a") == IRCRefusal(.errUnknownCommand, ["JOINT"]))
  }

  @Test(arguments: IRCCommand.table.filter { $0.parameters.lowerBound > 0 }.map(\.name))
  func parametersAreCounted(_ name: String) throws {
    let command = try #require(IRCCommand.table.first { $0.name == name })
    let registration = command.phase == .registering ? Registration.registering(hasUser: false) : .registered
    let enough = name + String(repeating: " x", count: command.parameters.lowerBound)
    #expect(try refusal(of: enough, registration) == nil)
    #expect(
      try refusal(of: String(enough.dropLast(2)), registration) == IRCRefusal(.errNeedMoreParams, [name]))
  }

  /// More than a command takes is no mistake; it does not come to the handler.
  @Test(arguments: IRCCommand.table.map(\.name))
  func whatIsMoreIsDropped(_ name: String) throws {
    let command = try #require(IRCCommand.table.first { $0.name == name })
    let registration = command.phase == .registering ? Registration.registering(hasUser: false) : .registered
    var line = IRCLine(command: name, parameters: Array(repeating: "x", count: Limits.ircParameters))
    _ = try IRCCommand.find(&line, ScriptedSession(registration).books)
    #expect(line.parameters.count == command.parameters.upperBound)
  }

  @Test(arguments: [
    Registration.registering(hasUser: false), .registering(hasUser: true), .negotiating(hasUser: false),
    .negotiating(hasUser: true),
  ])
  func registrationComesFirst(_ registration: Registration) throws {
    let before = ["CAP LS", "PASS x", "NICK a", "USER a 0 * a", "PING x", "PONG x", "QUIT"]
    for text in before { #expect(try refusal(of: text, registration) == nil) }
    let names = Set(before.map { String($0.prefix { $0 != " " }) })
    for command in IRCCommand.table where !names.contains(command.name) {
      #expect(try refusal(of: "\(command.name) x", registration) == IRCRefusal(.errNotRegistered))
    }
  }

  @Test func registrationComesOnce() throws {
    #expect(try refusal(of: "USER a 0 * a") == IRCRefusal(.errAlreadyRegistered))
    #expect(try refusal(of: "PASS x") == IRCRefusal(.errAlreadyRegistered))
    #expect(try refusal(of: "NICK a") == nil)
  }

  @Test(arguments: [
    ("PING x", 1), ("PRIVMSG #a,#b :hi", 2), ("NOTICE #a,#b,#c :hi", 3), ("PRIVMSG", 1), ("JOIN #a", 2),
    ("JOIN #a,#b,,#c k1,k2", 6), ("JOIN 0", 2), ("PART #a,#b", 2), ("NAMES #a,#b", 2), ("NAMES", 1),
    ("LIST #a,#b", 2), ("LIST", 1), ("WHO #a,#b", 1), ("NONE #a,#b", 1),
  ])
  func aLineThatNamesSeveralRoomsCostsMore(line: String, units: Int) throws {
    #expect(try ScriptedSession(.registered, nick: "ann").cost(line) == units)
  }

  /// What the table calls unanswered is.
  @Test(arguments: IRCCommand.table.filter { $0.replies == .none }.map(\.name))
  func nothingIsSaidWhereNoReplyIsDue(_ name: String) throws {
    let registration = name == "PASS" ? Registration.registering(hasUser: false) : .registered
    let deeds = try ScriptedSession(registration, nick: "ann", in: ["lobby"]).line("\(name) #lobby :hi")
    #expect(deeds.allSatisfy { if case .submit = $0 { true } else { false } })
  }

  @Test func aLongParameterLeavesRoomForTheReason() throws {
    let refusal = try #require(try refusal(of: String(repeating: "x", count: 8000)))
    var bytes: [UInt8] = []
    IRCEncoder(serverName: "linechat").numeric(
      try #require(refusal.numeric), to: "alice", params: refusal.params, trailing: refusal.reason,
      into: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self).hasSuffix(" :Unknown command\r\n"))
  }

  @Test func aLineThatIsNotUTF8IsNamedByItsCommand() {
    #expect(IRCRefusal(invalidUTF8: "PRIVMSG").params == ["PRIVMSG", "INVALID_UTF8"])
    for none in ["", "a b", "\u{FFFD}", ":x"] {
      #expect(IRCRefusal(invalidUTF8: none).params == ["*", "INVALID_UTF8"])
    }
    for name in ["USER", "PASS", "QUIT"] { #expect(IRCCommand.isRepaired(name)) }
    for name in ["NICK", "PRIVMSG", "JOIN", "PART"] { #expect(!IRCCommand.isRepaired(name)) }
  }

  @Test func targetsAreSplitAtCommas() {
    #expect(IRCDialect.targets(nil) == [])
    #expect(IRCDialect.targets("") == [])
    #expect(IRCDialect.targets(",") == [])
    #expect(IRCDialect.targets("#a") == ["#a"])
    #expect(IRCDialect.targets("#a,,#b,") == ["#a", "#b"])
  }

  @Test func reasonsAreTexts() {
    #expect(IRCDialect.reason(nil) == nil)
    #expect(IRCDialect.reason("") == nil)
    #expect(IRCDialect.reason("so long") == "so long")
    #expect(IRCDialect.reason("\u{1B}[2J") == nil)
  }
}
