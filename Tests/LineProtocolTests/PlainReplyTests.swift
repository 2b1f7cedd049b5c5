import LineProtocol
import Testing

/// What the server writes, the client reads.
@Suite(.timeLimit(.minutes(5))) struct PlainReplyTests {
  private func replies(_ write: (inout [UInt8]) -> Void) -> [PlainReply] {
    let text = written(write)
    #expect(text.hasSuffix("\n"))
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
      PlainReply.parse(String($0))
    }
  }

  @Test func readsWhatTheEncoderWrites() {
    #expect(
      replies { PlainEncoder.okNick("alice", into: &$0) } == [.ok(verb: "NICK", name: "alice", id: nil)])
    #expect(
      replies { PlainEncoder.okJoin(room: "lobby", id: 57, into: &$0) } == [
        .ok(verb: "JOIN", name: "lobby", id: 57)
      ])
    #expect(
      replies { PlainEncoder.okMessage(room: "é", id: 58, into: &$0) } == [
        .ok(verb: "MSG", name: "é", id: 58)
      ])
    #expect(
      replies { PlainEncoder.okPart(room: "lobby", into: &$0) } == [.ok(verb: "PART", name: "lobby", id: nil)]
    )
    #expect(replies { PlainEncoder.end(room: "lobby", id: 57, into: &$0) } == [.end(name: "lobby", id: 57)])
    #expect(replies { PlainEncoder.endNames(room: "lobby", into: &$0) } == [.end(name: "lobby", id: nil)])
    #expect(replies { PlainEncoder.endRooms(into: &$0) } == [.end(name: "ROOMS", id: nil)])
    #expect(
      replies { PlainEncoder.gap(room: "l", from: 3, to: 40, into: &$0) } == [
        .gap(room: "l", from: 3, to: 40)
      ])
    #expect(
      replies { PlainEncoder.join(room: "l", nick: "bob", into: &$0) } == [.join(room: "l", nick: "bob")])
    #expect(
      replies { PlainEncoder.part(room: "l", nick: "bob", into: &$0) } == [.part(room: "l", nick: "bob")])
    for text in ["tea  at  five ", ""] {
      #expect(
        replies { PlainEncoder.topic(room: "l", id: 7, nick: "bob", text: text, into: &$0) } == [
          .topic(PlainReply.Entry(room: "l", id: 7, user: "bob", text: text))
        ])
    }
    #expect(replies { PlainEncoder.nick(from: "a", to: "b", into: &$0) } == [.nick(from: "a", to: "b")])
    #expect(
      replies { PlainEncoder.names(room: "l", nicks: ["a", "b"], into: &$0) } == [
        .names(room: "l", nicks: ["a", "b"])
      ])
    #expect(replies { PlainEncoder.room("l", count: 2, into: &$0) } == [.room(name: "l", count: 2)])
    #expect(replies { PlainEncoder.pong(" x ", into: &$0) } == [.pong(" x ")])
    #expect(replies { PlainEncoder.pong("", into: &$0) } == [.pong("")])
    #expect(replies { PlainEncoder.resume(room: "l", id: .max, into: &$0) } == [.resume(room: "l", id: .max)])
    #expect(replies { PlainEncoder.bye(into: &$0) } == [.bye(nil)])
    #expect(replies { PlainEncoder.bye("shutdown", into: &$0) } == [.bye("shutdown")])
    #expect(replies { PlainEncoder.help(into: &$0) }.last == .end(name: "HELP", id: nil))
    for code in ErrorCode.allCases {
      #expect(
        replies { PlainEncoder.error(ProtocolError(code, asked: "JOIN a: b"), into: &$0) }
          == [.error(code: code.rawValue, text: "JOIN a: b: \(code.plainReason)")])
      #expect(
        replies { PlainEncoder.error(ProtocolError(code, asked: ""), into: &$0) }
          == [.error(code: code.rawValue, text: code.plainReason)])
    }
  }

  @Test(arguments: ["x", " two  spaces ", ":x", "a\nb", "a\n\n b \n", "日本語\n👩‍👩‍👧", "\u{2}bold\u{F}\ttab"])
  func readsMessagesBack(_ text: String) {
    let time = Timestamp(milliseconds: 1_795_410_000_123)
    let sent = message(text, id: 77)
    var parts: [PlainReply.Entry] = []
    for reply in replies({ PlainEncoder.message(sent, into: &$0) }) {
      switch reply {
      case .messagePart(let entry): parts.append(entry)
      case .message(let entry):
        parts.append(entry)
        #expect(parts.map(\.text).joined(separator: "\n") == text)
      default: Issue.record("not a message: \(reply)")
      }
    }
    #expect(parts.allSatisfy { $0.room == "lobby" && $0.id == 77 && $0.user == "alice" && $0.time == nil })

    parts = []
    for reply in replies({ PlainEncoder.history(sent, into: &$0) }) {
      switch reply {
      case .historyPart(let entry): parts.append(entry)
      case .history(let entry):
        parts.append(entry)
        #expect(parts.map(\.text).joined(separator: "\n") == text)
      default: Issue.record("not a message: \(reply)")
      }
    }
    #expect(parts.allSatisfy { $0.room == "lobby" && $0.id == 77 && $0.user == "alice" && $0.time == time })
  }

  @Test(arguments: [
    "", " ", "HELLO", "MSG", "MSG lobby", "MSG lobby x alice hi", "MSG lobby 1",
    "HIST lobby 1 yesterday bob hi", "OK",
    "OK JOIN", "GAP lobby 1", "JOIN lobby", "NICK a", "ROOM lobby", "RESUME lobby", "ERR", "END", "NAMES",
    "msg lobby 1 a b",
  ])
  func keepsWhatItDoesNotKnow(_ line: String) {
    #expect(PlainReply.parse(line) == .other(line))
  }

  @Test func repairsWhatIsNotUTF8() {
    let line = bytes("MSG lobby 1 bob ") + [0xFF, 0x61]
    #expect(
      PlainReply.parse(line.span) == .message(.init(room: "lobby", id: 1, user: "bob", text: "\u{FFFD}a")))
  }
}
