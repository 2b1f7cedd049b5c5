/// A line from the server, as a client reads it: the inverse of `PlainEncoder`.
public enum PlainReply: Hashable, Sendable {
  /// A line of a message. A message of several lines comes in parts; only the last moves the client's cursor
  /// to its id.
  public struct Entry: Hashable, Sendable {
    /// The room's name as first written.
    public var room: String
    /// The message's id.
    public var id: MessageID
    /// When it was said; nil in live messages, which are said now.
    public var time: Timestamp?
    /// Who said it.
    public var user: String
    /// The line's text; may be empty.
    public var text: String

    /// An entry of these parts.
    public init(room: String, id: MessageID, time: Timestamp? = nil, user: String, text: String) {
      self.room = room
      self.id = id
      self.time = time
      self.user = user
      self.text = text
    }
  }

  /// `OK JOIN lobby 57`: the verb, its first field, and the id where one is told.
  case ok(verb: String, name: String, id: MessageID?)
  /// A live message, or the last line of one.
  case message(Entry)
  /// A line of a live message that is not its last.
  case messagePart(Entry)
  /// A replayed message, or the last line of one.
  case history(Entry)
  /// A line of a replayed message that is not its last.
  case historyPart(Entry)
  /// A change of the room's topic, live or replayed; an empty text takes it away.
  case topic(Entry)
  /// Stored messages with from < id ≤ to are gone.
  case gap(room: String, from: MessageID, to: MessageID)
  /// The end of a replay (with its last id) or of a list; the name is a room, `ROOMS` or `HELP`.
  case end(name: String, id: MessageID?)
  /// Somebody entered a room.
  case join(room: String, nick: String)
  /// Somebody left a room.
  case part(room: String, nick: String)
  /// Somebody took another nick.
  case nick(from: String, to: String)
  /// Some of those who are in a room.
  case names(room: String, nicks: [String])
  /// A room and how many are in it.
  case room(name: String, count: Int)
  /// A line of the page of commands.
  case help(String)
  /// The answer to PING.
  case pong(String)
  /// Where to continue a room after the next connect.
  case resume(room: String, id: MessageID)
  /// The last line of a session, with the reason if the client did not ask for it.
  case bye(String?)
  /// A refusal: its code, and what was asked with the reason.
  case error(code: String, text: String)
  /// A line that this version does not know.
  case other(String)

  /// Reads a line without its terminator. Never fails: what does not fit is `other`, and what is not UTF-8 is
  /// repaired.
  public static func parse(_ line: Span<UInt8>) -> PlainReply {
    var position = line.firstIndex(of: ASCII.space, from: 0, to: line.count) ?? line.count
    let verb = line.repairedString(0..<position)
    return known(verb, line, &position) ?? .other(line.repairedString(0..<line.count))
  }

  /// Reads a line without its terminator.
  public static func parse(_ line: String) -> PlainReply { parse(line.utf8.span) }

  private static func known(_ verb: String, _ line: Span<UInt8>, _ position: inout Int) -> PlainReply? {
    switch verb {
    case "MSG": return entry(line, &position, hasTime: false).map { .message($0) }
    case "MSG+": return entry(line, &position, hasTime: false).map { .messagePart($0) }
    case "HIST": return entry(line, &position, hasTime: true).map { .history($0) }
    case "HIST+": return entry(line, &position, hasTime: true).map { .historyPart($0) }
    case "TOPIC": return entry(line, &position, hasTime: false).map { .topic($0) }
    case "OK":
      guard let verb = word(line, &position), let name = word(line, &position) else { return nil }
      return .ok(verb: verb, name: name, id: id(line, &position))
    case "END":
      guard let name = word(line, &position) else { return nil }
      return .end(name: name, id: id(line, &position))
    case "GAP":
      guard let room = word(line, &position), let from = id(line, &position),
        let to = id(line, &position)
      else { return nil }
      return .gap(room: room, from: from, to: to)
    case "JOIN": return pair(line, &position).map { .join(room: $0, nick: $1) }
    case "PART": return pair(line, &position).map { .part(room: $0, nick: $1) }
    case "NICK": return pair(line, &position).map { .nick(from: $0, to: $1) }
    case "NAMES":
      guard let room = word(line, &position) else { return nil }
      var nicks: [String] = []
      while let nick = word(line, &position) { nicks.append(nick) }
      return .names(room: room, nicks: nicks)
    case "ROOM":
      guard let name = word(line, &position), let count = number(line, &position) else { return nil }
      return .room(name: name, count: Int(count))
    case "RESUME":
      guard let room = word(line, &position), let id = id(line, &position) else { return nil }
      return .resume(room: room, id: id)
    case "HELP": return .help(rest(line, position))
    case "PONG": return .pong(rest(line, position))
    case "BYE": return .bye(position < line.count ? rest(line, position) : nil)
    case "ERR":
      guard let code = word(line, &position) else { return nil }
      // Without anything quoted the colon stands right after the code.
      return .error(code: code.hasSuffix(":") ? String(code.dropLast()) : code, text: rest(line, position))
    default: return nil
    }
  }

  private static func entry(_ line: Span<UInt8>, _ position: inout Int, hasTime: Bool) -> Entry? {
    guard let room = word(line, &position), let id = id(line, &position) else { return nil }
    var time: Timestamp?
    if hasTime {
      guard let field = word(line, &position), let parsed = Timestamp(field) else { return nil }
      time = parsed
    }
    guard let user = word(line, &position) else { return nil }
    return Entry(room: room, id: id, time: time, user: user, text: rest(line, position))
  }

  private static func word(_ line: Span<UInt8>, _ position: inout Int) -> String? {
    guard let field = line.nextField(&position), !field.isEmpty else { return nil }
    return line.repairedString(field)
  }

  private static func number(_ line: Span<UInt8>, _ position: inout Int) -> Int64? {
    line.nextField(&position).flatMap { line.decimal($0) }
  }

  private static func id(_ line: Span<UInt8>, _ position: inout Int) -> MessageID? {
    line.nextField(&position).flatMap { MessageID(line.extracting($0)) }
  }

  private static func pair(_ line: Span<UInt8>, _ position: inout Int) -> (String, String)? {
    guard let first = word(line, &position), let second = word(line, &position) else { return nil }
    return (first, second)
  }

  /// What follows the space at `position`, verbatim.
  private static func rest(_ line: Span<UInt8>, _ position: Int) -> String {
    line.repairedString(min(position + 1, line.count)..<line.count)
  }
}
