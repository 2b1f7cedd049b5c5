import LineProtocol

/// What is shown of a text or a name that was read from the file, which anybody may have edited: never
/// anything that would end a line of the protocols, or its words, in another place.
enum ShownText {
  private static let unknown = "unknown"

  /// A text that was checked when it was stored is given back as it is.
  static func text(_ stored: String) -> String {
    if (try? MessageText(stored)) != nil { return stored }
    var shown = String.UnicodeScalarView()
    for scalar in stored.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A: shown.append(scalar)
      case 0..<0x20, 0x7F..<0xA0: shown.append("\u{FFFD}")
      default: shown.append(scalar)
      }
    }
    return shown.contains { $0 != "\n" } ? String(shown) : "\u{FFFD}"
  }

  /// A topic is one line, or empty where it was taken away.
  static func topic(_ stored: String) -> String {
    if stored.isEmpty { return stored }
    return String(text(stored).map { $0.isNewline ? " " : $0 })
  }

  /// A nick is of ASCII characters without space and controls.
  static func name(_ stored: String) -> String {
    let isName = (1...Limits.nick).contains(stored.utf8.count) && stored.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    return isName ? stored : unknown
  }

  /// The name of a room, which may be one that ``StoredRooms`` leaves out.
  static func room(_ stored: String) -> String {
    let isName =
      (1...Limits.room).contains(stored.utf8.count)
      && stored.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    return isName ? stored : unknown
  }
}
