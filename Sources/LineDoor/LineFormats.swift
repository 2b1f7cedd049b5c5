package import Delivery
package import LineProtocol

/// The formats of line sessions, which a server is composed with before any other.
package enum LineFormats {
  static let tagSets: [IRCTagSet] = [[], .time, .msgid, [.time, .msgid]]

  /// How many there are.
  package static let count = 1 + tagSets.count

  /// In the order of their ``FormatID``s.
  package static func all(_ irc: IRCEncoder) -> [any EventFormat] {
    [PlainFormat()] + tagSets.map { IRCFormat(encoder: irc, tags: $0) }
  }
}

extension FormatID {
  static let plain = FormatID(0)

  /// The format of IRC clients that negotiated these tags.
  static func irc(_ tags: IRCTagSet) -> FormatID {
    FormatID(1 + (LineFormats.tagSets.firstIndex(of: tags) ?? 0))
  }
}
