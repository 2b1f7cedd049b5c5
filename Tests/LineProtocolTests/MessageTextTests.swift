import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct MessageTextTests {
  /// Both ways in, which must agree.
  private func check(_ text: String) throws(TextError) -> MessageText {
    let fromBytes: Result<MessageText, TextError>
    do throws(TextError) {
      fromBytes = .success(try MessageText(bytes(text).span))
    } catch {
      fromBytes = .failure(error)
    }
    do throws(TextError) {
      let fromString = try MessageText(text)
      #expect(fromBytes == .success(fromString))
      return fromString
    } catch {
      #expect(fromBytes == .failure(error))
      throw error
    }
  }

  @Test func keepsATextAsItIs() throws {
    for text in [
      "x", " leading", "trailing ", ":colon", "tab\there", "héllo wörld", "日本語", "👩‍👩‍👧", "\u{A0}\u{BF}Â",
    ] {
      let checked = try check(text)
      #expect(bytes(checked.string) == bytes(text))
      #expect(!checked.isMultiline)
      #expect(checked.lineCount == 1)
    }
  }

  @Test func takesIRCFormatting() throws {
    let formatted = "\u{2}b\u{3}04,01c\u{4}FF0000\u{F}\u{11}m\u{16}r\u{1D}i\u{1E}s\u{1F}u"
    #expect(try check(formatted).string == formatted)
  }

  @Test func refusesEveryOtherControlWhereverItStands() {
    let allowed: Set<UInt8> = [0x02, 0x03, 0x04, 0x09, 0x0A, 0x0F, 0x11, 0x16, 0x1D, 0x1E, 0x1F]
    let controls = (UInt8(0)...0x1F).filter { !allowed.contains($0) } + Array(0x7F...0x9F)
    for control in controls {
      // Every place relative to the eight bytes that are looked at together.
      for before in 0..<17 {
        let text = String(repeating: "a", count: before) + String(UnicodeScalar(control)) + "b"
        #expect(throws: TextError.control(control)) { try check(text) }
      }
    }
  }

  @Test func storesCRLFAsLF() throws {
    #expect(try check("a\r\nb\r\n\r\nc").string == "a\nb\n\nc")
    #expect(try check("a\r\nb").lineCount == 2)
    for text in ["a\rb", "\r", "a\r", "a\r\r\nb", "\r\n\ra"] {
      #expect(throws: TextError.control(0x0D)) { try check(text) }
    }
  }

  @Test func storesSeparatorsOfLinesAsLF() throws {
    #expect(try check("a\u{2028}b\u{2029}c").string == "a\nb\nc")
    #expect(try check("a\u{2028}b").lineCount == 2)
    #expect(try check("\u{2029}“a”…\u{2028}\r\n\u{2027}\u{202A}").string == "\n“a”…\n\n\u{2027}\u{202A}")
    #expect(throws: TextError.empty) { try check("\u{2028}\u{2029}") }
    #expect(throws: TextError.tooManyLines) { try check(String(repeating: "x\u{2028}", count: 64)) }
    for before in 0..<17 {
      let start = String(repeating: "a", count: before)
      #expect(try check(start + "\u{2028}b").string == start + "\nb")
    }
  }

  @Test func aTopicIsSeenToItsEnds() throws {
    for topic in ["x", " x ", "❤\u{FE0F}", "a\u{200B}b", "🏴\u{E0067}\u{E007F}"] {
      try MessageText(topic).checkTopic()
    }
    for topic in ["a\nb", "\u{200B}a", "a\u{202E}", "a\u{2069}", "\u{FEFF}", "\u{FE0F}a", "a\u{FFFE}"] {
      #expect(throws: NameError.self) { try MessageText(topic).checkTopic() }
    }
  }

  @Test func isEmptyWithoutAnythingButLineBreaks() {
    for text in ["", "\n", "\n\n\n", "\r\n"] {
      #expect(throws: TextError.empty) { try check(text) }
    }
  }

  @Test func has1To4096BytesAsStored() throws {
    let longest = String(repeating: "x", count: 4096)
    #expect(try check(longest).string == longest)
    #expect(try check(String(repeating: "é", count: 2048)).string.utf8.count == 4096)
    #expect(throws: TextError.tooLong) { try check(longest + "x") }
    #expect(throws: TextError.tooLong) { try check(String(repeating: "é", count: 2048) + "x") }
    // 4097 bytes come, 4096 are stored.
    #expect(try check("\r\n" + longest.dropLast()).string.utf8.count == 4096)
    #expect(throws: TextError.tooLong) { try check("\r\n" + longest) }
    #expect(throws: TextError.tooLong) { try check(String(repeating: "x", count: 100_000)) }
  }

  @Test func hasAtMost64Lines() throws {
    let lines = repeatElement("x", count: 64).joined(separator: "\n")
    #expect(try check(lines).lineCount == 64)
    #expect(throws: TextError.tooManyLines) { try check(lines + "\nx") }
    #expect(throws: TextError.tooManyLines) { try check(lines + "\n") }
    #expect(try check("x\n").lineCount == 2)
  }

  @Test func refusesWhatIsNotUTF8() {
    let hostile: [[UInt8]] = [
      [0x80], [0xC2], [0xC0, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF],
      [0x61, 0xFE, 0x62],
    ]
    for bytes in hostile {
      #expect(throws: TextError.notUTF8) { try MessageText(bytes.span) }
      #expect(throws: TextError.notUTF8) { try MessageText((Array(repeating: 0x61, count: 40) + bytes).span) }
    }
  }

  @Test func saysWhatIsWrong() {
    #expect(TextError.control(0x1B).reason == "a text has no control character U+001B")
    #expect(TextError.control(0x07).reason == "a text has no control character U+0007")
    #expect(TextError.control(0x9B).reason == "a text has no control character U+009B")
    #expect(TextError.tooLong.reason.contains("4096"))
    #expect(TextError.tooManyLines.reason.contains("64"))
  }
}
