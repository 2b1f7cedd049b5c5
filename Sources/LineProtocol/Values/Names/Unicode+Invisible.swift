extension Unicode.Scalar {
  /// Nothing is to be seen of it, or it changes the direction of what follows: with it two names look the
  /// same, and are not.
  ///
  /// Unicode's Default_Ignorable_Code_Point has soft hyphen, zero width and direction characters, variation
  /// selectors and tags (UAX #44). Beside them: all spaces, the marks of annotations, the blank of Braille,
  /// and what is no character at all.
  var isInvisible: Bool {
    switch value {
    case 0xFFF9...0xFFFB, 0x2800: true
    default:
      properties.isDefaultIgnorableCodePoint || properties.isWhitespace || properties.isBidiControl
        || properties.isNoncharacterCodePoint
    }
  }

  /// Invisible by itself, but part of the picture before it: variation selectors, and the tags of flags.
  fileprivate var belongsToPicture: Bool { 0xFE00...0xFE0F ~= value || 0xE0020...0xE007F ~= value }

  /// `U+200B`
  fileprivate var codePoint: String {
    let hex = String(value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - hex.utf8.count)) + hex
  }
}

extension RoomName {
  /// Throws if the name has a character that is not to be seen. No room of such a name is made; those that
  /// are stored from before this rule can still be named, so that what was said in them is not lost.
  public func checkVisible() throws(NameError) {
    guard let hidden = text.unicodeScalars.first(where: \.isInvisible) else { return }
    throw NameError(reason: "a new room's name has no invisible character, and this has \(hidden.codePoint)")
  }
}

extension MessageText {
  /// Throws if a topic of this text would not be seen from its beginning to its end on one line.
  public func checkTopic() throws(NameError) {
    if isMultiline { throw NameError(reason: "a topic is one line") }
    let scalars = string.unicodeScalars
    guard let first = scalars.first, let last = scalars.last else { return }
    // Spaces there harm nobody.
    for end in [first, last] where end.isInvisible && !end.properties.isWhitespace {
      if end == last, end != first, end.belongsToPicture { continue }
      throw NameError(
        reason:
          "a topic does not begin or end with an invisible character, and this does with \(end.codePoint)")
    }
  }
}
