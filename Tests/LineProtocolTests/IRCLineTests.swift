import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct IRCLineTests {
  @Test func readsCommandsAndParameters() throws {
    #expect(
      try irc("PRIVMSG #lobby :hello there")
        == IRCLine(command: "PRIVMSG", parameters: ["#lobby", "hello there"]))
    #expect(try irc("privmsg #lobby hello") == IRCLine(command: "PRIVMSG", parameters: ["#lobby", "hello"]))
    #expect(try irc("NICK alice") == IRCLine(command: "NICK", parameters: ["alice"]))
    #expect(try irc("QUIT") == IRCLine(command: "QUIT"))
    #expect(try irc("QUIT ") == IRCLine(command: "QUIT"))
    #expect(try irc("AWAY :") == IRCLine(command: "AWAY", parameters: [""]))
    #expect(try irc("MSG #a ::x") == IRCLine(command: "MSG", parameters: ["#a", ":x"]))
    #expect(try irc("MODE #a b:c d") == IRCLine(command: "MODE", parameters: ["#a", "b:c", "d"]))
    #expect(try irc("PRIVMSG #a : x ") == IRCLine(command: "PRIVMSG", parameters: ["#a", " x "]))
    #expect(try irc("PRIVMSG #a x  ") == IRCLine(command: "PRIVMSG", parameters: ["#a", "x"]))
    #expect(
      try irc("user alice 0 * :Älice") == IRCLine(command: "USER", parameters: ["alice", "0", "*", "Älice"]))
  }

  @Test func toleratesSpacesBetweenFields() throws {
    #expect(try irc("  JOIN   #a   key") == IRCLine(command: "JOIN", parameters: ["#a", "key"]))
    #expect(
      try irc("@a=b   :src   JOIN   :#a")
        == IRCLine(tags: [.init(key: "a", value: "b")], source: "src", command: "JOIN", parameters: ["#a"]))
  }

  @Test func theFifteenthParameterTakesTheRest() throws {
    let fourteen = (1...14).map(String.init)
    let head = "X " + fourteen.joined(separator: " ")
    #expect(try irc(head)?.parameters == fourteen)
    #expect(try irc(head + " 15 16 :17")?.parameters == fourteen + ["15 16 :17"])
    #expect(try irc(head + " :15 16")?.parameters == fourteen + ["15 16"])
  }

  @Test func readsSourceAndTags() throws {
    let line = try irc("@time=2026;+draft/x;msgid=a\\:b\\sc\\\\d\\r\\n\\q\\ :alice!a@h PRIVMSG #a :x")
    #expect(line?.source == "alice!a@h")
    #expect(
      line?.tags == [
        .init(key: "time", value: "2026"), .init(key: "+draft/x", value: ""),
        .init(key: "msgid", value: "a;b c\\d\r\nq"),
      ])
    #expect(line?.tag("+draft/x") == "")
    #expect(line?.tag("none") == nil)
    #expect(
      try irc("@a=1;a=2;;=x;b=c=d PING")?.tags
        == [.init(key: "a", value: "1"), .init(key: "a", value: "2"), .init(key: "b", value: "c=d")])
    #expect(try irc("@a=1;a=2 PING")?.tag("a") == "2")
    #expect(try irc("@ PING")?.tags == [])
  }

  @Test func aBlankLineIsIgnored() throws {
    #expect(try irc("") == nil)
    #expect(try irc("   ") == nil)
  }

  @Test func refusesWhatIsNoLine() {
    for line in ["@a=b", "@a=b ", ":src", ":src ", "@a :b", "@", ":"] {
      #expect(throws: IRCLine.ParseError.noCommand) { try irc(line) }
    }
    for line in ["PING a\u{0}b", "PING a\rb", "\u{0}", "@a=\u{0} PING"] {
      #expect(throws: IRCLine.ParseError.control) { try irc(line) }
    }
    for line: [UInt8] in [
      bytes("PRIVMSG #a :") + [0xFF], [0xFF], bytes("@a=") + [0xC2] + bytes(" PING"),
      [0x3A, 0xFF, 0x20, 0x41],
    ] {
      #expect(throws: IRCLine.ParseError.notUTF8) { try IRCLine.parse(line.span) }
    }
  }

  @Test func repairsWhatIsNotUTF8IfAsked() throws {
    let line = bytes("@+x=a :s user al") + [0xE9] + bytes(" 0 * :Andr") + [0xE9, 0x21]
    #expect(
      try IRCLine.parse(line.span, repairing: true)
        == IRCLine(
          tags: [.init(key: "+x", value: "a")], source: "s", command: "USER",
          parameters: ["al\u{FFFD}", "0", "*", "Andr\u{FFFD}!"]))
  }

  @Test func tagsAreBounded() throws {
    let value = String(repeating: "x", count: Limits.ircTags - 2)
    #expect(try irc("@a=\(value) PING")?.tag("a") == value)
    #expect(throws: IRCLine.ParseError.tagsTooLong) { try irc("@a=\(value)x PING") }
  }

  @Test func readsBackWhatTheEncoderWrites() throws {
    let encoder = IRCEncoder(serverName: "chat.example")
    let tags: [IRCLine.Tag] = [.init(key: "a", value: "x;y z\\\r\n"), .init(key: "+b", value: "")]
    let line = written {
      encoder.line(tags: tags, source: "s", command: "CMD", params: ["1", "#2"], trailing: ": 3 ", into: &$0)
    }
    #expect(line == "@a=x\\:y\\sz\\\\\\r\\n;+b :s CMD 1 #2 :: 3 \r\n")
    #expect(
      try irc(String(line.dropLast()))
        == IRCLine(tags: tags, source: "s", command: "CMD", parameters: ["1", "#2", ": 3 "]))
  }
}
