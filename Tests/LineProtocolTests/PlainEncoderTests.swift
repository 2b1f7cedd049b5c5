import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct PlainEncoderTests {
  @Test func writesTheLinesOfTheContract() {
    #expect(written { PlainEncoder.okNick("alice", into: &$0) } == "OK NICK alice\n")
    #expect(written { PlainEncoder.okJoin(room: "lobby", id: 57, into: &$0) } == "OK JOIN lobby 57\n")
    #expect(written { PlainEncoder.okMessage(room: "lobby", id: 58, into: &$0) } == "OK MSG lobby 58\n")
    #expect(written { PlainEncoder.okPart(room: "lobby", into: &$0) } == "OK PART lobby\n")
    #expect(written { PlainEncoder.end(room: "lobby", id: 57, into: &$0) } == "END lobby 57\n")
    #expect(written { PlainEncoder.gap(room: "lobby", from: 3, to: 40, into: &$0) } == "GAP lobby 3 40\n")
    #expect(written { PlainEncoder.join(room: "lobby", nick: "bob", into: &$0) } == "JOIN lobby bob\n")
    #expect(written { PlainEncoder.part(room: "lobby", nick: "bob", into: &$0) } == "PART lobby bob\n")
    #expect(written { PlainEncoder.nick(from: "alice", to: "alicia", into: &$0) } == "NICK alice alicia\n")
    #expect(written { PlainEncoder.pong("x y", into: &$0) } == "PONG x y\n")
    #expect(written { PlainEncoder.pong("", into: &$0) } == "PONG\n")
    #expect(written { PlainEncoder.resume(room: "lobby", id: 58, into: &$0) } == "RESUME lobby 58\n")
    #expect(written { PlainEncoder.bye(into: &$0) } == "BYE\n")
    #expect(written { PlainEncoder.bye("slow", into: &$0) } == "BYE slow\n")
    #expect(written { PlainEncoder.room("lobby", count: 2, into: &$0) } == "ROOM lobby 2\n")
    #expect(written { PlainEncoder.endRooms(into: &$0) } == "END ROOMS\n")
    #expect(written { PlainEncoder.endNames(room: "lobby", into: &$0) } == "END lobby\n")
    let refused = ProtocolError(.notJoined, asked: "MSG lobby hi")
    #expect(
      written { PlainEncoder.error(refused, into: &$0) }
        == "ERR not-joined MSG lobby hi: JOIN the room first\n")
    #expect(
      written { PlainEncoder.error(ProtocolError(.shuttingDown, asked: ""), into: &$0) }
        == "ERR shutting-down: the server is stopping; connect again later\n")
  }

  @Test func writesMessages() {
    #expect(written { PlainEncoder.message(message("hello"), into: &$0) } == "MSG lobby 58 alice hello\n")
    #expect(
      written { PlainEncoder.history(message("hello"), into: &$0) }
        == "HIST lobby 58 2026-11-23T05:00:00.123Z alice hello\n")
    #expect(
      written { PlainEncoder.message(message("waves", kind: .action), into: &$0) }
        == "MSG lobby 58 alice /me waves\n")
    #expect(
      written { PlainEncoder.message(message("x", kind: .notice), into: &$0) } == "MSG lobby 58 alice x\n")
  }

  @Test func onlyTheLastLineMovesTheCursor() {
    #expect(
      written { PlainEncoder.message(message("a\n\nb", kind: .action), into: &$0) }
        == "MSG+ lobby 58 alice /me a\nMSG+ lobby 58 alice \nMSG lobby 58 alice b\n")
    #expect(
      written { PlainEncoder.history(message("a\nb\n"), into: &$0) }
        == """
        HIST+ lobby 58 2026-11-23T05:00:00.123Z alice a
        HIST+ lobby 58 2026-11-23T05:00:00.123Z alice b
        HIST lobby 58 2026-11-23T05:00:00.123Z alice 

        """)
  }

  @Test func writesEveryIDWhole() {
    for id in [MessageID(0), 9, 10, 1_234_567_890, .max] {
      #expect(written { PlainEncoder.end(room: "r", id: id, into: &$0) } == "END r \(id)\n")
    }
    #expect(written { PlainEncoder.end(room: "r", id: MessageID(.min), into: &$0) } == "END r \(Int64.min)\n")
  }

  @Test func wrapsNames() {
    #expect(written { PlainEncoder.names(room: "lobby", nicks: [], into: &$0) } == "")
    #expect(
      written { PlainEncoder.names(room: "lobby", nicks: ["a", "b"], into: &$0) } == "NAMES lobby a b\n")
    let nicks = (0..<200).map { "somebody-\($0)" }
    let lines = written { PlainEncoder.names(room: "lobby", nicks: nicks, into: &$0) }
      .split(separator: "\n").map(String.init)
    #expect(lines.count > 1)
    #expect(lines.allSatisfy { $0.utf8.count + 1 <= Limits.listLine })
    #expect(lines.dropLast().allSatisfy { $0.utf8.count > Limits.listLine - 20 })
    #expect(lines.flatMap { $0.split(separator: " ").dropFirst(2).map(String.init) } == nicks)
  }

  @Test func helpShowsEveryCommandOnce() {
    let lines = written { PlainEncoder.help(into: &$0) }.split(separator: "\n").map(String.init)
    #expect(lines.last == "END HELP")
    #expect(lines.dropLast().allSatisfy { $0.hasPrefix("HELP ") })
    for verb in ["NICK", "JOIN", "MSG", "PART", "HISTORY", "SINCE", "NAMES", "ROOMS", "PING", "HELP", "QUIT"]
    {
      #expect(lines.filter { $0.hasPrefix("HELP \(verb) ") }.count == 1)
      #expect(refusal(verb) != .unknownCommand)
    }
  }
}
