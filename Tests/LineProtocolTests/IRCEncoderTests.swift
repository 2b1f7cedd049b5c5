import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct IRCEncoderTests {
  private let encoder = IRCEncoder(serverName: "chat.example")

  @Test func writesMessages() {
    #expect(
      written { encoder.message(message("hello"), into: &$0) }
        == ":alice!alice@chat.example PRIVMSG #lobby :hello\r\n")
    #expect(
      written { encoder.message(message("hello"), tags: [.time, .msgid], into: &$0) }
        == "@time=2026-11-23T05:00:00.123Z;msgid=58 :alice!alice@chat.example PRIVMSG #lobby :hello\r\n")
    #expect(
      written { encoder.message(message("hello", kind: .notice), tags: .msgid, into: &$0) }
        == "@msgid=58 :alice!alice@chat.example NOTICE #lobby :hello\r\n")
    #expect(
      written { encoder.message(message("waves", kind: .action), tags: .time, into: &$0) }
        == "@time=2026-11-23T05:00:00.123Z :alice!alice@chat.example PRIVMSG #lobby :\u{1}ACTION waves\u{1}\r\n"
    )
    #expect(
      written { encoder.message(message("hello"), tags: .msgid, batch: "7", into: &$0) }
        == "@batch=7;msgid=58 :alice!alice@chat.example PRIVMSG #lobby :hello\r\n")
  }

  @Test func onlyTheFirstPieceHasTheMsgid() {
    #expect(
      written { encoder.message(message("\na\n\nb\n"), tags: [.time, .msgid], into: &$0) }
        == """
        @time=2026-11-23T05:00:00.123Z;msgid=58 :alice!alice@chat.example PRIVMSG #lobby :a\r
        @time=2026-11-23T05:00:00.123Z :alice!alice@chat.example PRIVMSG #lobby :b\r

        """)
    #expect(
      written { encoder.message(message("a\nb"), tags: .msgid, into: &$0) }
        == """
        @msgid=58 :alice!alice@chat.example PRIVMSG #lobby :a\r
        :alice!alice@chat.example PRIVMSG #lobby :b\r

        """)
  }

  /// The pieces of a long text: each fits its line, none cuts a character, and together they are the text.
  @Test(arguments: Message.Kind.allCases, ["x", "é", "日", "👩", "xé日👩"])
  func longTextsAreCutAtCharacters(_ kind: Message.Kind, _ unit: String) throws {
    for server in ["s", String(repeating: "s", count: 63)] {
      for shift in 0..<4 {
        let text =
          String(repeating: "-", count: shift)
          + String(repeating: unit, count: (4096 - shift) / unit.utf8.count)
        let longest = message(
          text, room: String(repeating: "r", count: 50), user: String(repeating: "u", count: 32), kind: kind)
        let out = written {
          IRCEncoder(serverName: server).message(longest, tags: [.time, .msgid], into: &$0)
        }
        var whole = ""
        var shortest = Int.max
        let lines = out.split(separator: "\r\n").map(String.init)
        for (index, line) in lines.enumerated() {
          let untagged = line.drop { $0 != " " }.dropFirst()
          #expect(untagged.utf8.count + 2 <= 512)
          if index < lines.count - 1 { shortest = min(shortest, untagged.utf8.count + 2) }
          let parsed = try #require(try irc(line))
          #expect(parsed.tag("msgid") == (index == 0 ? "58" : nil))
          #expect(parsed.tag("time") != nil)
          let piece = try #require(parsed.parameters.last)
          #expect(!piece.unicodeScalars.contains("\u{FFFD}"))
          whole += kind == .action ? try #require(CTCP(piece)).text : piece
        }
        #expect(bytes(whole) == bytes(text))
        #expect(shortest > 512 - 4, "pieces are as long as they may be")
      }
    }
  }

  @Test func aTextThatJustFitsIsOnePiece() {
    let head = ":alice!alice@chat.example PRIVMSG #lobby :\r\n".utf8.count
    let fits = String(repeating: "x", count: 512 - head)
    let one = written { encoder.message(message(fits), into: &$0) }
    #expect(one.utf8.count == 512)
    let two = written { encoder.message(message(fits + "y"), into: &$0) }
    #expect(two == one + ":alice!alice@chat.example PRIVMSG #lobby :y\r\n")
  }

  @Test func anAbsurdlyLongNameStillGetsItsTextOut() {
    let text = "日本語日本語"
    let out = written {
      encoder.message(message(text, user: String(repeating: "u", count: 400)), into: &$0)
    }
    #expect(out.split(separator: "\r\n").compactMap { $0.split(separator: ":").last }.joined() == text)
  }

  @Test func writesEvents() {
    #expect(
      written { encoder.join(nick: "bob", room: "lobby", into: &$0) }
        == ":bob!bob@chat.example JOIN #lobby\r\n")
    #expect(
      written { encoder.part(nick: "bob", room: "lobby", into: &$0) }
        == ":bob!bob@chat.example PART #lobby\r\n")
    #expect(
      written { encoder.part(nick: "bob", room: "lobby", reason: "bye now", into: &$0) }
        == ":bob!bob@chat.example PART #lobby :bye now\r\n")
    #expect(
      written { encoder.quit(nick: "bob", reason: "", into: &$0) } == ":bob!bob@chat.example QUIT :\r\n")
    #expect(written { encoder.nick(from: "a", to: "b", into: &$0) } == ":a!a@chat.example NICK :b\r\n")
    #expect(
      written { encoder.topic(nick: "a", room: "r", topic: "on cats", into: &$0) }
        == ":a!a@chat.example TOPIC #r :on cats\r\n")
    #expect(
      written { encoder.batchStart("7", type: "chathistory", params: ["#r"], into: &$0) }
        == ":chat.example BATCH +7 chathistory #r\r\n")
    #expect(written { encoder.batchEnd("7", into: &$0) } == ":chat.example BATCH -7\r\n")
  }

  @Test func writesNumerics() {
    #expect(
      written { encoder.numeric(.rplWelcome, to: "alice", trailing: "Welcome", into: &$0) }
        == ":chat.example 001 alice :Welcome\r\n")
    #expect(
      written { encoder.numeric(.errNicknameInUse, to: "*", params: ["alice"], into: &$0) }
        == ":chat.example 433 * alice :Nickname is already in use\r\n")
    #expect(
      written { encoder.numeric(.rplUModeIs, to: "alice", params: ["+i"], into: &$0) }
        == ":chat.example 221 alice +i\r\n")
  }

  @Test func wrapsLists() {
    #expect(
      written {
        encoder.list(.rplNamReply, to: "alice", params: ["=", "#r"], items: ["@a", "b"], into: &$0)
      }
        == ":chat.example 353 alice = #r :@a b\r\n")
    #expect(
      written { encoder.list(.rplNamReply, to: "alice", params: ["=", "#r"], items: [], into: &$0) } == "")
    let nicks = (0..<200).map { "somebody-\($0)" }
    let lines = written {
      encoder.list(.rplNamReply, to: "alice", params: ["=", "#r"], items: nicks, into: &$0)
    }
    .split(separator: "\r\n").map(String.init)
    #expect(lines.allSatisfy { $0.utf8.count + 2 <= 512 })
    #expect(lines.dropLast().allSatisfy { $0.utf8.count + 2 > 512 - 14 })
    let parsed = lines.compactMap { try? irc($0) }
    #expect(parsed.allSatisfy { $0.command == "353" && $0.parameters.dropLast() == ["alice", "=", "#r"] })
    #expect(parsed.flatMap { $0.parameters[3].split(separator: " ").map(String.init) } == nicks)
  }

  @Test func wrapsISUPPORT() {
    let short = (1...14).map { "T\($0)" }
    #expect(
      written { encoder.isupport(short, to: "a", into: &$0) }
        == """
        :chat.example 005 a T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 :are supported by this server\r
        :chat.example 005 a T14 :are supported by this server\r

        """)
    let long = (1...13).map { "T\($0)=" + String(repeating: "v", count: 60) }
    let parsed = written { encoder.isupport(long, to: "a", into: &$0) }.split(separator: "\r\n").compactMap {
      line in
      #expect(line.utf8.count + 2 <= 512)
      return try? irc(String(line))
    }
    #expect(parsed.flatMap { $0.parameters.dropFirst().dropLast() } == long)
    #expect(parsed.allSatisfy { $0.parameters.last == "are supported by this server" })
  }

  @Test func noParameterCanEndTheLineOrBecomeTwo() throws {
    let out = written {
      encoder.line(
        tags: [.init(key: "k\r\n", value: "v\r\n\u{0}")], source: "s\r\nQUIT", command: "C\nD",
        params: ["a b", ":c", "", "d\u{0}\r\n"], trailing: "x\r\nQUIT\u{0}", into: &$0)
    }
    #expect(out == "@k??=v\\r\\n :s??QUIT C?D a?b ?c * d??? :x??QUIT?\r\n")
  }

  @Test func longLinesAreCutAtACharacter() {
    for shift in 0..<4 {
      let topic = String(repeating: "-", count: shift) + String(repeating: "👩", count: 200)
      let line = written { encoder.topic(nick: "a", room: "r", topic: topic, into: &$0) }
      #expect(line.hasSuffix("👩\r\n"))
      #expect(509...512 ~= line.utf8.count)
    }
  }

  @Test func tagsDoNotCountAgainstTheLine() {
    let out = written {
      encoder.line(
        tags: [.init(key: "k", value: String(repeating: "v", count: 600))], command: "PING", trailing: "x",
        into: &$0)
    }
    #expect(out.hasSuffix(" PING :x\r\n"))
  }

  @Test func theServersNameHasAtMost63Bytes() {
    #expect(
      IRCEncoder(serverName: String(repeating: "s", count: 64)).serverName
        == String(repeating: "s", count: 63))
    #expect(
      IRCEncoder(serverName: String(repeating: "é", count: 32)).serverName
        == String(repeating: "é", count: 31))
  }
}
