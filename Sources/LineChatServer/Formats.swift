import AdminHTTP
import Delivery
import LineDoor
import LineProtocol

/// The formats that this server is composed with.
enum Formats {
  /// In the order of their ``FormatID``s.
  static func all(_ irc: IRCEncoder) -> [any EventFormat] { LineFormats.all(irc) + [WebSocketFormat()] }
}

extension FormatID {
  static let webSocket = FormatID(LineFormats.count)
}
