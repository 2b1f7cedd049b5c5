import LineProtocol

enum Words {
  /// The words of a text: runs of letters, digits and apostrophes, in lower case.
  static func of(_ text: String) -> [String] {
    text.split { !($0.isLetter || $0.isNumber || $0 == "'") }.map { $0.lowercased() }
  }

  /// Whether the text names somebody: the nick stands in it, in any case, and is not a part of a longer one.
  static func name(_ nick: Nick, in text: String) -> Bool {
    let name = nick.text.lowercased()
    return text.lowercased().split { !isOfNick($0) }.contains { $0 == name }
  }

  /// The characters of a nick (docs/PROTOCOL.md), and other letters, which end no name.
  private static func isOfNick(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "-[]\\`_^{|}".contains(character)
  }
}
