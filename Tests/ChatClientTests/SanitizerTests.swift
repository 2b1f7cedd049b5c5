import Testing

@testable import ChatClient

@Suite(.timeLimit(.minutes(5))) struct SanitizerTests {
  @Test(arguments: [
    ("plain\ttext é 日", "plain\ttext é 日"),
    ("\u{1B}[31mred", "\u{FFFD}[31mred"), ("a\u{9B}2Jb", "a\u{FFFD}2Jb"),
    ("a\rb\nc\u{0}\u{7F}", "a\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}"),
    ("\u{202E}evil\u{2066}", "\u{FFFD}evil\u{FFFD}"),
    ("\u{02}bold\u{0F} \u{1D}i\u{1F}u\u{1E}s\u{11}m\u{16}r", "bold iusmr"),
    ("\u{03}4red\u{03} \u{03}04,12x \u{03}1234 \u{03},5 \u{03}4,x", "red x 34 ,5 ,x"),
    ("\u{04}FF0000red \u{04}00ff00,0000FFx", "red x"),
    ("\u{03}", ""), ("", ""),
  ])
  func showsOnlyText(text: String, shown: String) {
    #expect(Sanitizer.visible(text) == shown)
  }

  @Test(arguments: [
    ("plain é 日 👩‍👩‍👧", "plain é 日 👩‍👩‍👧"), ("שלום", "\u{2068}שלום\u{2069}"),
    ("a\u{200F}b", "\u{2068}a\u{200F}b\u{2069}"),
    ("\u{200E}", "\u{2068}\u{200E}\u{2069}"), ("\u{61C}1", "\u{2068}\u{61C}1\u{2069}"),
    ("سلام", "\u{2068}سلام\u{2069}"),
    // It cannot end the isolation that it stands in, nor begin one that it does not end.
    ("ש\u{2069}a", "\u{2068}ש\u{FFFD}a\u{2069}"), ("ש\u{202E}a", "\u{2068}ש\u{FFFD}a\u{2069}"),
    ("a\u{2068}", "a\u{FFFD}"),
    ("", ""),
  ])
  func aTextThatTurnsTheDirectionStandsByItself(text: String, shown: String) {
    #expect(Sanitizer.isolated(text) == shown)
  }
}
