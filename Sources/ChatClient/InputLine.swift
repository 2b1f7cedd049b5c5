/// The last line of the screen: the prompt and as much of the typed line as fits, with the cursor in it.
struct InputLine: Equatable, Sendable {
  let prompt: String
  let before: String
  let after: String
  /// The width of the terminal.
  let columns: Int

  /// The bytes that draw the line anew from its first column and leave the cursor where one types.
  var drawing: String {
    // The last column stays free: some terminals go on to the next line when it is filled.
    let room = max(columns - 1 - DisplayWidth.of(prompt), 1)
    // What stands before the cursor has precedence, but for a quarter that shows what comes after it.
    let right = InputLine.prefix(after, columns: room / 4)
    let left = InputLine.suffix(before, columns: room - DisplayWidth.of(right))
    let rest = InputLine.prefix(after, columns: room - DisplayWidth.of(left))
    let back = DisplayWidth.of(rest)
    let text = (left + rest).map { $0 == "\t" ? " " : $0 }
    return InputLine.erasing + prompt + String(text) + (back > 0 ? "\u{1B}[\(back)D" : "")
  }

  /// The bytes that put lines above the input line, which moves down.
  func drawing(below lines: [String]) -> String {
    InputLine.erasing + lines.map { $0 + "\r\n" }.joined() + drawing
  }

  /// To the first column, and erase what is there.
  static let erasing = "\r\u{1B}[K"

  private static func prefix(_ text: String, columns: Int) -> String {
    var left = columns
    return String(
      text.prefix { character in
        left -= DisplayWidth.of(character)
        return left >= 0
      })
  }

  private static func suffix(_ text: String, columns: Int) -> String {
    var left = columns
    var start = text.endIndex
    for index in text.indices.reversed() {
      left -= DisplayWidth.of(text[index])
      if left < 0 { break }
      start = index
    }
    return String(text[start...])
  }
}
