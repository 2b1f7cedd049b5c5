import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct ErrorTests {
  @Test(arguments: ErrorCode.allCases)
  func everyCodeIsAWordAndHasAReason(_ code: ErrorCode) {
    #expect(code.rawValue.utf8.allSatisfy { $0 == 0x2D || 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 })
    #expect(code.reason.utf8.count > 10)
    #expect(!code.reason.utf8.contains(0x0A))
    let line = written { PlainEncoder.error(ProtocolError(code, asked: "x"), into: &$0) }
    #expect(line == "ERR \(code.rawValue) x: \(code.plainReason)\n")
  }

  @Test func reasonsDiffer() {
    #expect(Set(ErrorCode.allCases.map(\.reason)).count == ErrorCode.allCases.count)
  }

  /// Commands of the plain dialect are no commands on the other doors.
  @Test(arguments: ErrorCode.allCases)
  func reasonsNameNoCommandOfThePlainDialect(_ code: ErrorCode) {
    let words = code.reason.split { !$0.isLetter }.map(String.init)
    let commands = [
      "NICK", "JOIN", "MSG", "PART", "HISTORY", "SINCE", "NAMES", "ROOMS", "PING", "HELP", "QUIT",
    ]
    #expect(words.filter(commands.contains).isEmpty)
  }

  @Test func onlyThePlainDialectNamesItsCommands() {
    let refusal = ProtocolError(.notJoined, asked: "lobby")
    #expect(refusal.reason == "join the room first")
    #expect(refusal.plainReason == "JOIN the room first")
    let exact = ProtocolError(.notJoined, asked: "lobby", reason: "not here")
    #expect((exact.reason, exact.plainReason) == ("not here", "not here"))
  }

  @Test func quotedInputHasNoControls() {
    let error = ProtocolError(
      .textControl, asked: bytes("MSG lobby \u{1B}[2J\u{0}\r\t\u{7F}\u{9B}\u{2028}é").span)
    #expect(error.asked == "MSG lobby ?[2J?????" + "?é")
  }

  @Test func nothingHidesInQuotedInput() {
    #expect(ProtocolError(.badRoom, asked: "a\u{200B}b\u{202E}c d").asked == "a?b?c d")
  }

  @Test func quotedInputIsRepaired() {
    #expect(ProtocolError(.badRoom, asked: [0x61, 0xFF, 0x62].span).asked == "a\u{FFFD}b")
    let garbage = ProtocolError(.badRoom, asked: [UInt8](repeating: 0xFF, count: 8192).span)
    #expect(garbage.asked.utf8.count <= 200)
  }

  @Test func quotedInputHasAtMost200Bytes() {
    let whole = String(repeating: "x", count: 200)
    #expect(ProtocolError(.badRoom, asked: whole).asked == whole)
    #expect(ProtocolError(.badRoom, asked: bytes(whole).span).asked == whole)
    let cut = String(repeating: "x", count: 197) + "…"
    #expect(ProtocolError(.badRoom, asked: whole + "x").asked == cut)
    #expect(ProtocolError(.badRoom, asked: bytes(whole + "x").span).asked == cut)
  }

  @Test func quotedInputIsCutAtACharactersBorder() {
    for shift in 0..<4 {
      let long = String(repeating: "x", count: shift) + String(repeating: "👩", count: 60)
      for asked in [
        ProtocolError(.badRoom, asked: long).asked, ProtocolError(.badRoom, asked: bytes(long).span).asked,
      ] {
        #expect(asked.utf8.count <= 200)
        #expect(asked.utf8.count > 190)
        #expect(asked.hasSuffix("👩…"))
      }
    }
  }
}
