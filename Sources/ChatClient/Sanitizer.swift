/// Makes text from others safe to show on a terminal. The server lets no escape sequence through; the client
/// does not rely on it.
enum Sanitizer {
  /// The text with what a terminal might obey replaced by U+FFFD, and IRC's formatting left out
  /// (modern.ircdocs.horse/formatting). Tabs stay.
  static func visible(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar.value {
      case 0x03: dropColor(&rest, digits: 2, isDigit: isDecimal)
      case 0x04: dropColor(&rest, digits: 6, isDigit: \.properties.isASCIIHexDigit)
      case 0x02, 0x0F, 0x11, 0x16, 0x1D, 0x1E, 0x1F: break
      case 0x09: out.append(scalar)
      // Controls, and what turns the direction of writing.
      case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: out.append("\u{FFFD}")
      default: out.append(scalar)
      }
    }
    return String(out)
  }

  /// The same as ``visible(_:)``, between marks where the text has something that is written from right to
  /// left or turns the direction: so whatever it is made of, what stands before and after it on the line
  /// keeps its order (Unicode's UAX #9, 2.4: explicit directional isolates).
  static func isolated(_ text: String) -> String {
    let shown = visible(text)
    return shown.unicodeScalars.contains(where: turnsDirection) ? "\u{2068}\(shown)\u{2069}" : shown
  }

  /// The marks U+200E and U+200F, and the blocks that Unicode keeps for scripts written from right to left
  /// (DerivedBidiClass.txt: what is R or AL, by default too); U+061C is in the first.
  private static func turnsDirection(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x200E, 0x200F, 0x0590..<0x0900, 0xFB1D..<0xFE00, 0xFE70..<0xFF00, 0x10800..<0x11000,
      0x1E800..<0x1F000:
      true
    default: false
    }
  }

  /// Drops a foreground and, after a comma, a background.
  private static func dropColor(
    _ rest: inout Substring.UnicodeScalarView, digits: Int, isDigit: (Unicode.Scalar) -> Bool
  ) {
    let foreground = rest.prefix(digits).prefix(while: isDigit)
    rest = rest.dropFirst(foreground.count)
    guard !foreground.isEmpty, rest.first == "," else { return }
    let background = rest.dropFirst().prefix(digits).prefix(while: isDigit)
    if !background.isEmpty { rest = rest.dropFirst(1 + background.count) }
  }

  private static func isDecimal(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }
}
