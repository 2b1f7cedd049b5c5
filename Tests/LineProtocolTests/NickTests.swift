import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct NickTests {
  @Test(arguments: ["a", "Z", "alice", "mock-ai", "[x]", "{x}", "\\`_^|", "a1-", "_0"])
  func takes(_ nick: String) throws {
    #expect(try Nick(nick).text == nick)
    #expect(try Nick(bytes(nick).span).text == nick)
  }

  @Test(arguments: [
    "", "1a", "-a", "a b", "a\n", "é", "aé", "a.b", "a!b", "a@b", "#a", ":a", "a,b", "*", "\u{0}", "~a",
    "a/b", "a\u{7F}",
  ])
  func refuses(_ nick: String) {
    #expect(throws: NameError.self) { try Nick(nick) }
    #expect(throws: NameError.self) { try Nick(bytes(nick).span) }
  }

  @Test func refusesWhatIsNotASCII() {
    for byte in UInt8(0x80)...0xFF {
      #expect(throws: NameError.self) { try Nick([0x61, byte].span) }
    }
  }

  @Test func has1To32Characters() throws {
    let longest = String(repeating: "n", count: 32)
    #expect(try Nick(longest).text == longest)
    #expect(throws: NameError(reason: "a nick has at most 32 characters")) { try Nick(longest + "n") }
  }

  @Test func ignoresTheCaseOfLettersOnly() throws {
    #expect(try Nick("Alice") == Nick("aLICE"))
    #expect(try Set([Nick("Alice"), Nick("alice")]).count == 1)
    // CASEMAPPING=ascii, unlike rfc1459, where these are one.
    #expect(try Nick("a[") != Nick("a{"))
    #expect(try Nick("Alice").key == "alice")
    #expect(try Nick("alice") < Nick("BOB"))
  }
}
