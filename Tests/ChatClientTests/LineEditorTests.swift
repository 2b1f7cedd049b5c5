import Testing

@testable import ChatClient

struct LineEditorTests {
  /// What the keys leave before and after the cursor, and what they ask for; the same however the bytes are cut.
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
    ("a\u{1B}[1;5Cb", "ab", ""), ("a\u{1B}[38;5;12;1;1;1;1;1;1mb", "ab", ""), ("a\u{1B}xb", "ab", ""),
    ("a\u{1B}\u{1B}[Db", "b", "a"), ("a\tb\u{1A}", "ab", ""), ("a\u{85}b", "ab", ""),
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
    #expect(type("a\u{04}").requests == [.quit])
  }

  @Test func aPastedBlankLineDoesNotSubmit() {
    let (editor, requests) = type("\u{1B}[200~one\r\n\r\ntwo\u{03}\tthree\u{1B}[201~\r\r")
    #expect(requests == [.submit("one"), .submit("two\tthree"), .submit("")])
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
}
