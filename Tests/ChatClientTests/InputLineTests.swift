import Testing

@testable import ChatClient

@Suite(.timeLimit(.minutes(5))) struct InputLineTests {
  private func drawing(_ before: String, _ after: String, columns: Int) -> String {
    InputLine(prompt: "r> ", before: before, after: after, columns: columns).drawing
  }

  @Test func drawsPromptTextAndCursor() {
    #expect(drawing("", "", columns: 80) == "\r\u{1B}[Kr> ")
    #expect(drawing("ab", "", columns: 80) == "\r\u{1B}[Kr> ab")
    #expect(drawing("ab", "cd", columns: 80) == "\r\u{1B}[Kr> abcd\u{1B}[2D")
    #expect(drawing("a", "日\t", columns: 80) == "\r\u{1B}[Kr> a日 \u{1B}[3D")
  }

  @Test func scrollsToKeepTheCursorInView() {
    #expect(drawing("abcdefghij", "", columns: 10) == "\r\u{1B}[Kr> efghij")
    #expect(drawing("", "abcdefghij", columns: 10) == "\r\u{1B}[Kr> abcdef\u{1B}[6D")
    #expect(drawing("abcdefghij", "klm", columns: 10) == "\r\u{1B}[Kr> fghijk\u{1B}[1D")
    #expect(drawing("日本日本", "", columns: 9) == "\r\u{1B}[Kr> 日本")
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 8, 9, 20])
  func neverFillsTheLastColumn(columns: Int) {
    for before in ["", "a", "日本語日本語", "abcdefghijklmnopqrstuvwxyz"] {
      for after in ["", "z", "語語語語語語語語", "0123456789"] {
        let drawing = drawing(before, after, columns: columns)
        let text = drawing.dropFirst("\r\u{1B}[K".count).prefix { $0 != "\u{1B}" }
        #expect(DisplayWidth.of(text) <= max(columns - 1, 4))
      }
    }
  }

  @Test func linesArriveAboveTheInput() {
    let input = InputLine(prompt: "> ", before: "ab", after: "c", columns: 80)
    #expect(
      input.drawing(below: ["bob: hi", "  you"])
        == "\r\u{1B}[Kbob: hi\r\n  you\r\n\r\u{1B}[K> abc\u{1B}[1D")
  }

  @Test(arguments: [
    ("a", 1), ("é", 1), ("e\u{301}", 1), ("日", 2), ("한", 2), ("ｱ", 1), ("Ａ", 2), ("👍", 2), ("👩‍👩‍👧", 2), ("❤️", 2),
    ("\u{200B}", 0), ("\t", 1), ("", 0), ("ab日", 4),
  ])
  func measuresText(text: String, width: Int) {
    #expect(DisplayWidth.of(text) == width)
  }
}
