import LineProtocol
import Testing

@testable import ChatClient

@Suite(.timeLimit(.minutes(5))) struct TranscriptTests {
  private func transcript(isColored: Bool = false) throws -> Transcript {
    let style = Style(isTerminal: isColored) { _ in nil }
    return Transcript(room: try RoomName("lobby"), style: style) { $0 == nil ? "now" : "then" }
  }

  private func message(_ text: String, time: Timestamp? = nil) -> ChatSession.Event {
    .message(ChatMessage(id: 1, user: "bob", text: text, time: time))
  }

  @Test func showsWhoSaidWhatWhen() throws {
    var transcript = try transcript()
    #expect(transcript.lines(for: message("hi")) == ["now bob: hi"])
    #expect(transcript.lines(for: message("hi", time: Timestamp(milliseconds: 0))) == ["then bob: hi"])
    #expect(transcript.lines(for: message("a\nb\n")) == ["now bob: a", "  b", "  "])
    #expect(transcript.lines(for: message("/me waves")) == ["now * bob waves"])
    #expect(transcript.lines(for: message("/me ש")) == ["now * bob \u{2068}ש\u{2069}"])
    #expect(transcript.lines(for: message("של\n123")) == ["now bob: \u{2068}של\u{2069}", "  123"])
    #expect(transcript.lines(for: message("\u{1B}[2J")) == ["now bob: \u{FFFD}[2J"])
  }

  @Test func ownWordsStandUnderTheNameInUse() throws {
    var transcript = try transcript()
    #expect(
      transcript.lines(for: .live(nick: "alice2"))
        == ["* you are alice2 in lobby; /help lists the commands, /quit or Ctrl-C quits"])
    #expect(transcript.lines(for: .stored(Draft(text: "hi"), id: 3)) == ["now alice2: hi"])
  }

  @Test func aReconnectIsToldOnce() throws {
    var transcript = try transcript()
    #expect(transcript.lines(for: .resuming(after: 3)) == [])
    _ = transcript.lines(for: .live(nick: "alice"))
    #expect(transcript.lines(for: .disconnected("gone")) == ["* gone; connecting again"])
    #expect(transcript.lines(for: .disconnected("gone")) == [])
    #expect(transcript.lines(for: .resuming(after: 3)) == ["* connected again"])
    #expect(transcript.lines(for: .live(nick: "alice")) == [])
    #expect(transcript.lines(for: .resuming(after: 3)) == [])
  }

  @Test func refusalsAreShownWithTheText() throws {
    var transcript = try transcript()
    #expect(
      transcript.lines(for: .refused(Draft(text: "x"), reason: "too much")) == ["* not sent: x: too much"])
    #expect(
      transcript.lines(for: .refused(Draft(text: "ש"), reason: "too much"))
        == ["* not sent: \u{2068}ש\u{2069}: too much"])
    #expect(
      transcript.lines(for: .uncertain(Draft(text: "x")))
        == ["* not acknowledged, and not among the stored messages: x"])
  }

  @Test func namesAreShownToWhoAskedForThem() throws {
    var transcript = try transcript()
    #expect(transcript.lines(for: .names(["alice", "bob"], isWanted: true)) == ["* 2 here: alice, bob"])
    #expect(transcript.lines(for: .names(["alice", "bob"], isWanted: false)) == [])
  }

  @Test func coloursAreForTerminalsThatWantThem() throws {
    let style = { (terminal: Bool, variables: [String: String]) in
      Style(isTerminal: terminal) { variables[$0] }.isColored
    }
    #expect(style(true, [:]))
    #expect(style(true, ["NO_COLOR": ""]))
    #expect(!style(true, ["NO_COLOR": "1"]))
    #expect(!style(true, ["TERM": "dumb"]))
    #expect(!style(false, [:]))
    var transcript = try transcript(isColored: true)
    let topic = { ChatTopic(id: 7, user: "bob", text: $0) }
    #expect(
      transcript.lines(for: .topic(topic("tea"))) == ["\u{1B}[2m* bob set the topic: tea\u{1B}[0m"])
    #expect(transcript.lines(for: .topic(topic(""))) == ["\u{1B}[2m* bob took the topic away\u{1B}[0m"])
    #expect(transcript.lines(for: .joined("bob")) == ["\u{1B}[2m* bob joined\u{1B}[0m"])
  }

  @Test func aRecordOfTailIsOneLineAndIndentedOnes() {
    let message = ChatMessage(id: 7, user: "bob", text: "a\u{02}\n\n b", time: Timestamp(milliseconds: 0))
    #expect(TailCommand.record(message, forTerminal: false) == "7 bob a\u{02}\n\t\n\t b\n")
    #expect(TailCommand.record(message, forTerminal: true) == "7 bob a\n\t\n\t b\n")
    let turned = ChatMessage(id: 7, user: "bob", text: "ש\n1", time: nil)
    #expect(TailCommand.record(turned, forTerminal: true) == "7 bob \u{2068}ש\u{2069}\n\t1\n")
    #expect(TailCommand.record(turned, forTerminal: false) == "7 bob ש\n\t1\n")
  }
}
