import AdminHTTP
import Delivery
import LineProtocol

/// The formats that this server is composed with.
enum Formats {
  /// In the order of their ``FormatID``s.
  static func all(_ irc: IRCEncoder) -> [any EventFormat] {
    [PlainFormat()] + FormatID.ircTagSets.map { IRCFormat(encoder: irc, tags: $0) } + [WebSocketFormat()]
  }
}

extension FormatID {
  static let ircTagSets: [IRCTagSet] = [[], .time, .msgid, [.time, .msgid]]
  static let plain = FormatID(0)
  static let webSocket = FormatID(1 + ircTagSets.count)

  /// The format of IRC clients that negotiated these tags.
  static func irc(_ tags: IRCTagSet) -> FormatID { FormatID(1 + (ircTagSets.firstIndex(of: tags) ?? 0)) }
}
