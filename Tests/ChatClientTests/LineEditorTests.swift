import Testing

@testable import ChatClient

@Suite(.timeLimit(.minutes(5))) struct LineEditorTests {
  /// What the keys leave before and after the cursor, and what they ask for; the same however the bytes are
  /// cut.
  private func type(_ keys: String) -> (editor: LineEditor, requests: [LineEditor.Request]) {
    let bytes = Array(keys.utf8)
    var whole = LineEditor()
    let requests = whole.feed(bytes)
    for cut in 0...bytes.count {
      var editor = LineEditor()
      let pieces = editor.feed(bytes[..<cut]) + editor.feed(bytes[cut...])
      #expect(pieces == requests, "cut at \(cut)")
      #expect(editor.before == whole.before && editor.after == whole.after, "cut at \(cut)")
    }
    var editor = LineEditor()
    #expect(bytes.flatMap { editor.feed([$0]) } == requests)
    #expect(editor == whole)
    return (whole, requests)
  }

  @Test(arguments: [
    ("hello", "hello", ""),
    ("héllo 日本 👩‍👩‍👧", "héllo 日本 👩‍👩‍👧", ""),
    ("abc\u{7F}", "ab", ""), ("abc\u{08}", "ab", ""), ("\u{7F}", "", ""),
    ("aé\u{7F}", "a", ""), ("a👩‍👩‍👧\u{7F}", "a", ""), ("ae\u{301}\u{7F}", "a", ""),
    ("abc\u{1B}[D\u{1B}[DX", "aX", "bc"), ("abc\u{1B}[D\u{1B}[CX", "abcX", ""),
    ("\u{1B}[D\u{1B}[Ca", "a", ""), ("a日\u{1B}[D", "a", "日"), ("ab\u{1B}OD", "a", "b"),
    ("abc\u{01}X", "X", "abc"), ("abc\u{01}\u{05}X", "abcX", ""),
    ("abc\u{1B}[HX\u{1B}[FY", "XabcY", ""), ("abc\u{1B}[1~X\u{1B}[4~Y", "XabcY", ""),
    ("abc\u{01}\u{1B}[3~", "", "bc"), ("\u{1B}[3~", "", ""),
    ("one two\u{1B}[D\u{15}", "", "o"),
    ("one two  \u{17}", "one ", ""), ("one\u{17}\u{17}", "", ""), ("one two\u{1B}[D\u{17}", "one ", "o"),
    ("a\u{1B}[1;2Cb", "ab", ""), ("a\u{1B}[38;5;12;1;1;1;1;1;1mb", "ab", ""), ("a\u{1B}xb", "ab", ""),
    ("a\u{1B}\u{1B}[Db", "b", "a"), ("a\tb", "ab", ""), ("a\u{1B}éb", "aéb", ""), ("a\u{85}b", "ab", ""),
    ("abc\u{01}\u{04}", "", "bc"), ("abc\u{04}", "abc", ""), ("abc\u{1B}[D\u{0B}", "ab", ""),
    ("abc\u{02}\u{02}\u{06}X", "abX", "c"),
    ("one two\u{1B}b", "one ", "two"), ("one, two!\u{1B}[1;5D\u{1B}[1;3D", "", "one, two!"),
    ("one, two!\u{01}\u{1B}f", "one", ", two!"), ("one, two!\u{01}\u{1B}[1;5C\u{1B}[1;3C", "one, two", "!"),
    ("\u{1B}b\u{1B}f\u{1B}d\u{1B}\u{7F}", "", ""), ("one, two\u{01}\u{1B}d\u{1B}d", "", ""),
    ("a.b-c\u{1B}\u{7F}", "a.b-", ""), ("a.b-c \u{1B}\u{7F}", "a.b-", ""), ("x a.b-c\u{17}", "x ", ""),
    ("né e\u{301}té\u{1B}b\u{1B}b", "", "né e\u{301}té"),
  ])
  func edits(keys: String, before: String, after: String) {
    let (editor, requests) = type(keys)
    #expect(editor.before == before)
    #expect(editor.after == after)
    #expect(requests == [])
  }

  @Test func submitsTheWholeLine() {
    let (editor, requests) = type("one\rtwo\u{1B}[D\u{1B}[D\n\rx")
    #expect(requests == [.submit("one"), .submit("two"), .submit("")])
    #expect(editor.before == "x")
  }

  @Test func quits() {
    #expect(type("a\u{03}").requests == [.quit])
    #expect(type("\u{04}").requests == [.quit])
    #expect(type("a\u{04}\u{7F}\u{04}").requests == [.quit])
  }

  @Test func aPastedBlankLineDoesNotSubmit() {
    let (editor, requests) = type("\u{1B}[200~one\r\n\r\ntwo\u{03}\tthree\u{1B}[201~\r\r")
    #expect(requests == [.submitPasted("one"), .submit("two\tthree"), .submit("")])
    #expect(editor.isEmpty)
  }

  @Test func brokenCharactersAreDropped() {
    var editor = LineEditor()
    let requests = editor.feed(
      [0x61, 0xC3, 0x62, 0xFF, 0xE2, 0x82, 0x0D, 0xF4, 0x90, 0x80, 0x80, 0xED, 0xA0, 0x80, 0xC0, 0x80, 0x63])
    #expect(requests == [.submit("ab")])
    #expect(editor.before == "c")
  }

  @Test func aRestoredLineIsEditedFurther() {
    var editor = LineEditor()
    editor.restore("abc")
    #expect(editor.feed(Array("d\r".utf8)) == [.submit("abcd")])
  }

  @Test func asksForTheScreen() {
    let (editor, requests) = type("a\u{0C}\u{1A}b")
    #expect(requests == [.redraw, .suspend])
    #expect(editor.before == "ab")
  }

  @Test(arguments: [
    ("one\rtwo\r\u{1B}[A", "two"), ("one\rtwo\r\u{1B}[A\u{10}", "one"),
    ("one\rtwo\r\u{1B}[A\u{1B}[A\u{1B}[A", "one"),
    ("one\rtwo\r\u{1B}OA\u{1B}OA\u{1B}OB", "two"), ("one\rhalf\u{1B}[A\u{0E}", "half"),
    ("one\rhalf\u{1B}[A\u{1B}[B\u{1B}[B", "half"), ("\u{1B}[A\u{1B}[Bx", "x"),
    ("one\rone\rone\rx\u{1B}[A\u{1B}[A", "one"),
    ("one\r\r\r\u{1B}[A", "one"), ("one\rtwo\r\u{1B}[A\u{1B}[A!\r\u{1B}[A", "one!"),
    ("one\rtwo\r\u{1B}[A\u{1B}[A!\r\u{1B}[A\u{1B}[A\u{1B}[A", "one"),
  ])
  func recalls(keys: String, shown: String) {
    #expect(type(keys).editor.before == shown)
  }

  @Test func remembersSoManyLines() {
    var history = InputHistory()
    for number in 0...InputHistory.bound { history.append("\(number)") }
    var oldest = ""
    while let line = history.older(than: "") { oldest = line }
    #expect(oldest == "1")
  }

  @Test(arguments: [
    ("al\t", "alice: ", ""), ("AL\thi", "alice: hi", ""), ("hi al\t", "hi alice ", ""), ("b\t", "bert: ", ""),
    ("b\t\t", "bob: ", ""), ("b\t\t\t", "b", ""), ("b\t\t\t\t", "bert: ", ""), ("b\t\u{7F}\t", "bert:", ""),
    ("x\t", "x", ""), ("\t", "", ""), ("hi \t", "hi ", ""), ("/he\t", "/help ", ""), ("/\t\t", "/me ", ""),
    ("a /q\t", "a /q", ""),
    ("al\u{02}\t", "alice: ", "l"), ("al\u{01}\t", "", "al"),
    ("hi bo there\u{1B}b\u{02}\t", "hi bob ", " there"),
    ("\u{1B}[200~al\tx\u{1B}[201~", "al\tx", ""),
  ])
  func completes(keys: String, before: String, after: String) {
    var editor = LineEditor()
    editor.names = ["alice", "bob", "bert"]
    #expect(editor.feed(Array(keys.utf8)) == [])
    #expect(editor.before == before)
    #expect(editor.after == after)
  }
}
