import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct RoomNameTests {
  @Test func losesOneHashAndKeepsItsSpelling() throws {
    let name = try RoomName("#Lobby")
    #expect(name.text == "Lobby")
    #expect(name.key == "lobby")
    #expect(try RoomName("lobby") == name)
    #expect(try RoomName(bytes("#LOBBY").span) == name)
    #expect(Set([name, try RoomName("lobby")]).count == 1)
  }

  @Test func ignoresTheCaseOfASCIILettersOnly() throws {
    #expect(try RoomName("ÄRGER") != RoomName("ärger"))
    #expect(try RoomName("Ärger").key == "Ärger")
    #expect(try RoomName("[x]") != RoomName("{x}"))
    #expect(try RoomName("ÄRGER").key == "Ärger")
  }

  @Test func comparesBytesAndNotSpellings() throws {
    let composed = try RoomName("caf\u{E9}")
    let decomposed = try RoomName("cafe\u{301}")
    #expect(composed.text == decomposed.text, "String equates them")
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
  }

  @Test func isOrderedByItsKey() throws {
    let names = try ["b", "A", "c", "é"].map { name in try RoomName(name) }
    #expect(names.shuffled().sorted() == [names[1], names[0], names[2], names[3]])
    #expect(try !(RoomName("A") < RoomName("a")))
  }

  @Test func has1To50Bytes() throws {
    #expect(try RoomName(String(repeating: "x", count: 50)).text.utf8.count == 50)
    #expect(try RoomName("#" + String(repeating: "é", count: 25)).text.utf8.count == 50)
    for long in [String(repeating: "x", count: 51), String(repeating: "é", count: 25) + "x"] {
      #expect(throws: NameError.self) { try RoomName(long) }
      #expect(throws: NameError.self) { try RoomName(bytes(long).span) }
    }
  }

  @Test(arguments: [
    "", "#", "##", "##x", "a#", "a b", " ", "a,b", "a:b", ":", "a\u{0}", "a\n", "\r", "\u{1}", "a\u{1F}",
    "\u{7F}",
    "a\u{80}", "\u{9F}b",
  ])
  func refuses(_ name: String) {
    #expect(throws: NameError.self) { try RoomName(name) }
    #expect(throws: NameError.self) { try RoomName(bytes(name).span) }
  }

  @Test func refusesWhatIsNotUTF8() {
    for hostile: [UInt8] in [[0xFF], [0xC2], [0x61, 0xE2, 0x82], [0xC0, 0x80], [0xED, 0xA0, 0x80]] {
      #expect(throws: NameError(reason: "a room's name is UTF-8, and this is not")) {
        try RoomName(hostile.span)
      }
    }
  }

  @Test func takesEveryOtherCharacter() throws {
    for name in [
      "a", "1", "C++", "mötley", "日本語", "👩‍👩‍👧", "\u{A0}", "a\u{C2}b", "&!@$%^*()-_=+[]{}|;'\"<>.?/\\`~",
    ] {
      #expect(try RoomName(name).text == name)
      #expect(try RoomName(bytes("#" + name).span).text == name)
    }
  }

  @Test func aNewOneHasNothingHidden() throws {
    let ranges: [ClosedRange<UInt32>] = [
      0xAD...0xAD, 0x61C...0x61C, 0x200B...0x200F, 0x2028...0x202F, 0x205F...0x206F, 0xFE00...0xFE0F,
      0xFEFF...0xFEFF, 0xFDD0...0xFDEF, 0xFFF9...0xFFFB, 0xFFFE...0xFFFF, 0x10FFFE...0x10FFFF,
      0xE0000...0xE007F, 0xE0100...0xE01EF,
    ]
    for scalar in ranges.joined().compactMap(Unicode.Scalar.init) {
      let name = try RoomName("a\(scalar)b")
      #expect(throws: NameError.self, "\(String(scalar.value, radix: 16))") { try name.checkVisible() }
    }
    #expect(
      throws: NameError(reason: "a new room's name has no invisible character, and this has U+200B")
    ) { try RoomName("ops\u{200B}").checkVisible() }
    for name in ["a", "C++", "mötley", "日本語", "غرفة", "खिड़की", "👍🏽", "a\u{301}", "|;'\"<>.?/\\`~"] {
      try RoomName(name).checkVisible()
    }
  }

  @Test func saysWhatIsWrong() {
    #expect(throws: NameError(reason: "a room's name has no comma")) { try RoomName("a,b") }
    #expect(throws: NameError(reason: "a room's name has at most 50 bytes")) {
      try RoomName(String(repeating: "x", count: 51))
    }
  }
}
