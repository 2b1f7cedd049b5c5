/// A line of the IRC dialect: `@tags :source COMMAND parameters :trailing` (RFC 2812 §2.3,
/// modern.ircdocs.horse/#message-format, IRCv3 message-tags).
public struct IRCLine: Hashable, Sendable {
  /// A message tag.
  public struct Tag: Hashable, Sendable {
    /// The name, with its vendor and `+` prefix where it has them.
    public var key: String
    /// The value, unescaped; empty when there is none.
    public var value: String

    /// A tag of these parts.
    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// Why a line is no IRC line.
  public enum ParseError: Error, Hashable, Sendable {
    /// Not valid UTF-8.
    case notUTF8
    /// A NUL or CR within the line, which RFC 2812 §2.3.1 forbids.
    case control
    /// More than ``Limits/ircTags`` bytes of tags.
    case tagsTooLong
    /// Tags or a source, but no command.
    case noCommand

    /// What is wrong, in words.
    public var reason: String {
      switch self {
      case .notUTF8: "a line is UTF-8, and this is not"
      case .control: "a line has no NUL and no CR but at its end"
      case .tagsTooLong: "the tags of a line have at most \(Limits.ircTags) bytes"
      case .noCommand: "a line has a command"
      }
    }
  }

  /// The tags in order. Of a key that comes twice, the last counts (message-tags).
  public var tags: [Tag]
  /// The source without its `:`. Servers ignore what clients send here.
  public var source: String?
  /// The command, A–Z in upper case.
  public var command: String
  /// At most 15; the last may have spaces or be empty.
  public var parameters: [String]

  /// A line of these parts.
  public init(tags: [Tag] = [], source: String? = nil, command: String, parameters: [String] = []) {
    self.tags = tags
    self.source = source
    self.command = command
    self.parameters = parameters
  }

  /// The value of the last tag with `key`; nil when there is none.
  public func tag(_ key: String) -> String? { tags.last { $0.key == key }?.value }
}
