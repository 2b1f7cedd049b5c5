/// A text with a cursor in it, and what the editing keys do to it.
struct LineBuffer: Equatable, Sendable {
  /// What stands before and after the cursor. In two strings each edit is at an end, and a combining mark
  /// joins the letter before it by itself.
  private(set) var before = ""
  private(set) var after = ""

  /// A text with the cursor at its end.
  init(_ text: String = "") { before = text }

  var text: String { before + after }
  var isEmpty: Bool { before.isEmpty && after.isEmpty }

  mutating func insert(_ scalar: Unicode.Scalar) { before.unicodeScalars.append(scalar) }

  /// Puts another text before the cursor.
  mutating func replaceBefore(_ text: String) { before = text }

  mutating func moveLeft() { if let last = before.popLast() { after = String(last) + after } }

  mutating func moveRight() { if !after.isEmpty { before.append(after.removeFirst()) } }

  mutating func moveToStart() {
    after = text
    before = ""
  }

  mutating func moveToEnd() {
    before = text
    after = ""
  }

  mutating func moveWordLeft() {
    let start = LineBuffer.startOfLastWord(before)
    after = before[start...] + after
    before = String(before[..<start])
  }

  mutating func moveWordRight() {
    let end = LineBuffer.endOfFirstWord(after)
    before += after[..<end]
    after = String(after[end...])
  }

  mutating func eraseLeft() { _ = before.popLast() }

  mutating func eraseRight() { if !after.isEmpty { after.removeFirst() } }

  mutating func eraseToStart() { before = "" }

  mutating func eraseToEnd() { after = "" }

  mutating func eraseWordLeft() { before = String(before[..<LineBuffer.startOfLastWord(before)]) }

  mutating func eraseWordRight() { after = String(after[LineBuffer.endOfFirstWord(after)...]) }

  /// Back to the blank before the word, whatever the word is made of.
  mutating func eraseToBlank() {
    while before.last == " " { before.removeLast() }
    while let last = before.last, last != " " { before.removeLast() }
  }

  private static func startOfLastWord(_ text: String) -> String.Index {
    let gap = text.reversed().drop { !isOfWord($0) }
    return gap.drop(while: isOfWord).startIndex.base
  }

  private static func endOfFirstWord(_ text: String) -> String.Index {
    text.drop { !isOfWord($0) }.drop(while: isOfWord).startIndex
  }

  private static func isOfWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }
}
