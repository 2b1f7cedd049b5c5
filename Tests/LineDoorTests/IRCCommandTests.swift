import LineProtocol
import Testing

@testable import LineDoor

@Suite(.timeLimit(.minutes(5))) struct IRCCommandTests {
  /// The numeric that a line is refused with; nil if it has a handler.
  private func refusal(of text: String, isRegistered: Bool = true) throws -> IRCRefusal? {
    let line = try #require(try IRCLine.parse(Array(text.utf8).span))
    do throws(IRCRefusal) {
      _ = try IRCCommand.find(line, isRegistered: isRegistered)
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

  @Test(arguments: IRCCommand.table.filter { $0.minimum > 0 }.map(\.name))
  func parametersAreCounted(_ name: String) throws {
    let command = try #require(IRCCommand.table.first { $0.name == name })
    let isRegistered = command.phase != .registering
    let enough = name + String(repeating: " x", count: command.minimum)
    #expect(try refusal(of: enough, isRegistered: isRegistered) == nil)
    #expect(
      try refusal(of: String(enough.dropLast(2)), isRegistered: isRegistered)
        == IRCRefusal(.errNeedMoreParams, [name]))
  }

  @Test func registrationComesFirst() throws {
    let before = ["CAP LS", "PASS x", "NICK a", "USER a 0 * a", "PING x", "PONG x", "QUIT"]
    for text in before { #expect(try refusal(of: text, isRegistered: false) == nil) }
    let names = Set(before.map { String($0.prefix { $0 != " " }) })
    for command in IRCCommand.table where !names.contains(command.name) {
      #expect(try refusal(of: "\(command.name) x", isRegistered: false) == IRCRefusal(.errNotRegistered))
    }
  }

  @Test func registrationComesOnce() throws {
    #expect(try refusal(of: "USER a 0 * a") == IRCRefusal(.errAlreadyRegistered))
    #expect(try refusal(of: "PASS x") == IRCRefusal(.errAlreadyRegistered))
    #expect(try refusal(of: "NICK a") == nil)
  }

  @Test func onlyMessagesOverlap() {
    let pipelined = IRCCommand.table.filter { if case .pipelined = $0.handler { true } else { false } }
    #expect(pipelined.map(\.name) == ["PRIVMSG", "NOTICE"])
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
