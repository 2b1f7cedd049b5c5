import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct PlainCommandTests {
  @Test func readsEveryCommand() throws {
    let lobby = try RoomName("lobby")
    #expect(try plain("NICK alice") == .nick(Nick("alice")))
    #expect(try plain("JOIN lobby") == .join(lobby, from: .now))
    #expect(try plain("JOIN #lobby 41") == .join(lobby, from: .after(41)))
    #expect(try plain("MSG lobby hello there") == .message(lobby, MessageText("hello there")))
    #expect(try plain("PART lobby") == .part(lobby))
    #expect(try plain("HISTORY lobby") == .history(lobby, count: 20))
    #expect(try plain("HISTORY lobby 5") == .history(lobby, count: 5))
    #expect(try plain("SINCE lobby 41") == .since(lobby, after: 41))
    #expect(try plain("NAMES lobby") == .names(lobby))
    #expect(try plain("ROOMS") == .rooms)
    #expect(try plain("PING") == .ping(""))
    #expect(try plain("PING x y ") == .ping("x y "))
    #expect(try plain("HELP") == .help)
    #expect(try plain("HELP me") == .help)
    #expect(try plain("QUIT") == .quit)
    #expect(try plain("QUIT :bye") == .quit)
  }

  @Test func readsVerbsInAnyCase() throws {
    #expect(try plain("rooms") == .rooms)
    #expect(try plain("HiStOrY lobby 7") == .history(RoomName("lobby"), count: 7))
  }

  @Test func keepsATextVerbatim() throws {
    for text in [" two spaces", ":colon", "trailing  ", "  ", " ", "a  b", "#", "日本語"] {
      #expect(try plain("MSG lobby " + text) == .message(RoomName("lobby"), MessageText(text)))
    }
  }

  @Test func ignoresSpacesAtTheEnd() throws {
    let lobby = try RoomName("lobby")
    #expect(try plain("JOIN lobby ") == .join(lobby, from: .now))
    #expect(try plain("JOIN lobby 3   ") == .join(lobby, from: .after(3)))
    #expect(try plain("NICK alice  ") == .nick(Nick("alice")))
    #expect(try plain("ROOMS ") == .rooms)
    #expect(try plain("HISTORY lobby  ") == .history(lobby, count: 20))
  }

  @Test func aBlankLineAsksForNothing() throws {
    #expect(try plain("") == nil)
    #expect(try plain("   ") == nil)
  }

  @Test(
    arguments: [
      ("FOO", .unknownCommand), (" NICK alice", .unknownCommand), ("MSGS a b", .unknownCommand),
      ("MS", .unknownCommand), ("HISTORYX lobby", .unknownCommand), ("HISTORYXX lobby", .unknownCommand),
      ("M\u{13}G lobby x", .unknownCommand), ("MSG\tlobby\tx", .unknownCommand), ("é", .unknownCommand),
      ("NICK", .missingField), ("NICK ", .missingField), ("JOIN", .missingField), ("MSG", .missingField),
      ("MSG ", .missingField), ("MSG lobby", .missingField), ("PART", .missingField),
      ("SINCE lobby", .missingField),
      ("NAMES  ", .missingField), ("HISTORY", .missingField),
      ("NICK a b", .tooManyFields), ("JOIN lobby 1 2", .tooManyFields), ("PART lobby x", .tooManyFields),
      ("ROOMS lobby", .tooManyFields), ("HISTORY lobby 1 2", .tooManyFields),
      ("NICK 1a", .badNick), ("NICK  alice", .badNick), ("NICK é", .badNick),
      ("JOIN a,b", .badRoom), ("JOIN  lobby", .badRoom), ("MSG  lobby hi", .badRoom), ("JOIN #", .badRoom),
      ("MSG :x hi", .badRoom),
      ("JOIN lobby -0", .badCount), ("JOIN lobby +1", .badID), ("JOIN lobby x", .badID),
      ("JOIN lobby 1x", .badID),
      ("JOIN lobby 9223372036854775808", .badID), ("SINCE lobby 99999999999999999999", .badID),
      ("SINCE lobby  1", .badID), ("JOIN lobby x y", .badID),
      ("HISTORY lobby 0", .badCount), ("HISTORY lobby  1", .badCount), ("HISTORY lobby 1001", .badCount),
      ("HISTORY lobby -1", .badCount),
      ("HISTORY lobby many", .badCount), ("HISTORY lobby 99999999999999999999", .badCount),
      ("MSG lobby ", .textEmpty), ("MSG lobby \u{1B}[2J", .textControl), ("MSG lobby a\rb", .textControl),
      ("GET / HTTP/1.1", .notLineProtocol), ("POST /messages HTTP/1.0", .notLineProtocol),
      ("PRI * HTTP/2.0", .notLineProtocol), ("\u{16}\u{3}\u{1}", .notLineProtocol),
    ] as [(String, ErrorCode)])
  func refuses(_ line: String, _ code: ErrorCode) {
    #expect(refusal(line) == code)
  }

  @Test func refusesBytesThatAreNotText() {
    #expect(refusal(bytes("MSG lobby ") + [0xFF]) == .textNotUTF8)
    #expect(refusal(bytes("PING ") + [0xFF]) == .textNotUTF8)
    #expect(refusal(bytes("JOIN ") + [0xFF]) == .badRoom)
    #expect(refusal(bytes("NICK ") + [0xFF]) == .badNick)
    #expect(refusal([0xFF, 0xFE]) == .unknownCommand)
    #expect(refusal([0x16, 0x03, 0x01, 0xFF]) == .notLineProtocol)
  }

  @Test func numbersAreTakenUpToTheirBounds() throws {
    let lobby = try RoomName("lobby")
    #expect(try plain("JOIN lobby 0") == .join(lobby, from: .after(0)))
    #expect(try plain("JOIN lobby -1") == .join(lobby, from: .newest(1)))
    #expect(try plain("JOIN lobby -1000") == .join(lobby, from: .newest(1000)))
    for count in ["-0", "-1001", "--1", "-x"] { #expect(refusal("JOIN lobby \(count)") == .badCount) }
    #expect(refusal("JOIN lobby -") == .badID)
    #expect(try plain("SINCE lobby 9223372036854775807") == .since(lobby, after: .max))
    #expect(try plain("HISTORY lobby 1") == .history(lobby, count: 1))
    #expect(try plain("HISTORY lobby 1000") == .history(lobby, count: 1000))
    #expect(try plain("HISTORY lobby 0020") == .history(lobby, count: 20))
  }

  @Test func textsAreTakenUpToTheirBound() throws {
    let longest = String(repeating: "x", count: 4096)
    #expect(try plain("MSG lobby " + longest) == .message(RoomName("lobby"), MessageText(longest)))
    #expect(refusal("MSG lobby x" + longest) == .textTooLong)
  }

  @Test func aRefusalSaysWhatWasAskedAndWhy() {
    do {
      _ = try plain("JOIN  lobby")
      Issue.record("it was taken")
    } catch {
      #expect(error.asked == "JOIN  lobby")
      #expect(error.reason == "the room's name is empty; one space stands between fields")
    }
    do {
      _ = try plain("MSG lobby")
      Issue.record("it was taken")
    } catch {
      #expect(error.reason == "a field is missing; it is MSG room text")
    }
  }

  @Test func linesThatSwitchToIRC() {
    for line in ["CAP LS 302", "USER alice 0 * :Alice", "PASS secret", "cap ls", "PASS", "user"] {
      #expect(switchesToIRC(line))
    }
    for line in ["", "NICK alice", "USERS", "CAPS x", "PASSWORD", "MSG lobby CAP", " CAP", "CA", "CAP\tLS"] {
      #expect(!switchesToIRC(line))
    }
  }
}
