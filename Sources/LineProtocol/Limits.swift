/// The bounds of the protocol, in one place. Every bound is inclusive.
public enum Limits {
  /// Bytes of a line with its terminator (LF or CRLF).
  public static let line = 8192
  /// Bytes of a message's text, as stored.
  public static let text = 4096
  /// Lines of a message's text.
  public static let textLines = 64
  /// Bytes of a room's name, without the leading `#`.
  public static let room = 50
  /// Bytes of a nick.
  public static let nick = 32
  /// Messages that one `HISTORY` may ask for.
  public static let historyPage = 1000
  /// Messages that `HISTORY` without a count answers.
  public static let historyDefault = 20
  /// Bytes of what an error quotes of the refused input.
  public static let asked = 200
  /// Bytes of a list line (`NAMES`) in the plain dialect, with its terminator.
  public static let listLine = 480
  /// Bytes of an IRC line with its CRLF and without its tags (RFC 2812 §2.3).
  public static let ircLine = 512
  /// Bytes of the tags that an IRC client sends, without the `@` and the space around them (IRCv3
  /// message-tags, "Size limit").
  public static let ircTags = 4094
  /// Parameters of an IRC line (RFC 2812 §2.3).
  public static let ircParameters = 15
  /// Bytes of the server's name in IRC sources; the bound of a DNS label. Together with the other bounds it
  /// leaves room for text in every IRC line.
  public static let serverName = 63

  /// Bytes of a ``MessageReference``.
  public static let reference = 64
}
