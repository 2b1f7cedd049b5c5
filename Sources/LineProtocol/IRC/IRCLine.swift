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

  /// Reads a line without its terminator. Nil is a blank line, which is ignored (RFC 2812 §2.3.1).
  /// `repairing`: what is not UTF-8 is replaced by U+FFFD and not refused.
  public static func parse(_ line: Span<UInt8>, repairing: Bool = false) throws(ParseError) -> IRCLine? {
    var position = skipSpaces(line, from: 0)
    guard position < line.count else { return nil }
    guard line.firstIndex(of: ASCII.nul, from: 0, to: line.count) == nil,
      line.firstIndex(of: ASCII.cr, from: 0, to: line.count) == nil
    else { throw .control }

    var tags: [Tag] = []
    if line[position] == ASCII.at {
      let field = word(line, &position)
      guard field.count - 1 <= Limits.ircTags else { throw .tagsTooLong }
      tags = try Self.tags(line, field, repairing)
      guard position < line.count else { throw .noCommand }
    }
    var source: String?
    if line[position] == ASCII.colon {
      let field = word(line, &position)
      source = try string(line, field.lowerBound + 1..<field.upperBound, repairing)
      guard position < line.count else { throw .noCommand }
    }
    let command = try string(line, word(line, &position), repairing)
    return IRCLine(
      tags: tags, source: source, command: uppercased(command),
      parameters: try parameters(line, &position, repairing))
  }

  private static func parameters(
    _ line: Span<UInt8>, _ position: inout Int, _ repairing: Bool
  ) throws(ParseError) -> [String] {
    var parameters: [String] = []
    while position < line.count {
      let isTrailing = line[position] == ASCII.colon
      if isTrailing || parameters.count == Limits.ircParameters - 1 {
        parameters.append(try string(line, (isTrailing ? position + 1 : position)..<line.count, repairing))
        break
      }
      if parameters.isEmpty { parameters.reserveCapacity(2) }
      parameters.append(try string(line, word(line, &position), repairing))
    }
    return parameters
  }

  /// The word at `position`, which moves past the spaces after it.
  @inline(__always)
  private static func word(_ line: Span<UInt8>, _ position: inout Int) -> Range<Int> {
    let start = position
    let end = line.firstIndex(of: ASCII.space, from: start, to: line.count) ?? line.count
    position = skipSpaces(line, from: end)
    return start..<end
  }

  /// Clients may send several spaces where one stands in the grammar (modern.ircdocs.horse/#message-format).
  @inline(__always)
  private static func skipSpaces(_ line: Span<UInt8>, from start: Int) -> Int {
    var index = start
    while index < line.count, line[index] == ASCII.space { index &+= 1 }
    return index
  }

  @inline(__always)
  private static func string(
    _ line: Span<UInt8>, _ range: Range<Int>, _ repairing: Bool
  ) throws(ParseError) -> String {
    if let string = line.string(range) { return string }
    guard repairing else { throw .notUTF8 }
    return line.repairedString(range)
  }

  private static func uppercased(_ command: String) -> String {
    let bytes = command.utf8.span
    for index in bytes.indices where ASCII.uppercased(bytes[index]) != bytes[index] {
      return String(decoding: command.utf8.map(ASCII.uppercased), as: UTF8.self)
    }
    return command
  }

  private static func tags(
    _ line: Span<UInt8>, _ field: Range<Int>, _ repairing: Bool
  ) throws(ParseError) -> [Tag] {
    var tags: [Tag] = []
    var start = field.lowerBound + 1
    while start < field.upperBound {
      let end = line.firstIndex(of: ASCII.semicolon, from: start, to: field.upperBound) ?? field.upperBound
      let equals = line.firstIndex(of: ASCII.equals, from: start, to: end) ?? end
      if equals > start {
        let key = try string(line, start..<equals, repairing)
        let value = try string(line, min(equals + 1, end)..<end, repairing)
        tags.append(Tag(key: key, value: TagValue.unescaped(value)))
      }
      start = end + 1
    }
    return tags
  }
}
