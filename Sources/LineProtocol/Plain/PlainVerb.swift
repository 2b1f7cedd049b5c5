/// One row of the plain dialect's command table.
struct PlainVerb: Sendable {
  /// Why a handler refuses; the parser adds what was asked.
  struct Refusal: Error {
    var code: ErrorCode
    /// Nil for the code's own reason.
    var reason: String?
  }

  /// Reads the fields of a line, from the end of its verb on.
  typealias Handler = @Sendable (Span<UInt8>, inout Int) throws(Refusal) -> PlainCommand

  let word: UInt64
  /// How it is written, for HELP.
  let syntax: String
  /// What it does, for HELP.
  let summary: String
  let read: Handler

  init(_ word: StaticString, _ syntax: String, _ summary: String, read: @escaping Handler) {
    self.word = packed(word)
    self.syntax = syntax
    self.summary = summary
    self.read = read
  }

  /// All commands, in the order in which HELP shows them.
  static let table: [PlainVerb] = [
    PlainVerb("NICK", "NICK name", "take a name, or change it", read: readNick),
    PlainVerb(
      "JOIN", "JOIN room [id]",
      "enter a room; with an id, first all messages after it; with -20, the last 20", read: readJoin),
    PlainVerb("MSG", "MSG room text", "say something in a room you are in", read: readMessage),
    PlainVerb("PART", "PART room", "leave a room") { line, position throws(Refusal) in
      .part(try onlyRoom(line, &position))
    },
    PlainVerb(
      "HISTORY", "HISTORY room [count]",
      "the newest messages of a room, \(Limits.historyDefault) or the count, 1-\(Limits.historyPage)",
      read: readHistory),
    PlainVerb("SINCE", "SINCE room id", "all messages of a room after the id", read: readSince),
    PlainVerb("NAMES", "NAMES room", "who is in a room") { line, position throws(Refusal) in
      .names(try onlyRoom(line, &position))
    },
    PlainVerb("ROOMS", "ROOMS", "the rooms, and how many are in each") { line, position throws(Refusal) in
      try end(line, &position)
      return .rooms
    },
    PlainVerb("PING", "PING [text]", "answered with PONG and the same text", read: readPing),
    PlainVerb("HELP", "HELP", "this page") { _, _ throws(Refusal) in .help },
    PlainVerb("QUIT", "QUIT", "say good-bye") { _, _ throws(Refusal) in .quit },
  ]

  @inline(__always)
  static func find(_ word: UInt64) -> PlainVerb? {
    for index in table.indices where table[index].word == word { return table[index] }
    return nil
  }
}

// The handlers of the command table, and the fields that they share.

extension PlainVerb {
  private static func readNick(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> PlainCommand {
    guard let field = line.nextField(&position) else { throw Refusal(code: .missingField) }
    let nick: Nick
    do throws(NameError) {
      nick = try Nick(line.extracting(field))
    } catch {
      throw Refusal(code: .badNick, reason: error.reason + hint(field))
    }
    try end(line, &position)
    return .nick(nick)
  }

  private static func readJoin(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> PlainCommand {
    let room = try room(line, &position)
    guard let field = line.nextField(&position) else { return .join(room, from: .now) }
    let isCount = field.count > 1 && line[field.lowerBound] == ASCII.minus
    let point: JoinPoint =
      isCount
      ? .newest(try count(line, field.lowerBound + 1..<field.upperBound)) : .after(try id(line, field))
    try end(line, &position)
    return .join(room, from: point)
  }

  private static func readMessage(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> PlainCommand
  {
    let room = try room(line, &position)
    guard position < line.count else { throw Refusal(code: .missingField) }
    do throws(TextError) {
      return .message(room, try MessageText(line.extracting(position + 1..<line.count)))
    } catch {
      throw Refusal(code: error.code, reason: error.reason)
    }
  }

  private static func readHistory(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> PlainCommand
  {
    let room = try room(line, &position)
    guard let field = line.nextField(&position) else { return .history(room, count: Limits.historyDefault) }
    let count = try count(line, field)
    try end(line, &position)
    return .history(room, count: count)
  }

  private static func readSince(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> PlainCommand {
    let room = try room(line, &position)
    guard let field = line.nextField(&position) else { throw Refusal(code: .missingField) }
    let after = try id(line, field)
    try end(line, &position)
    return .since(room, after: after)
  }

  private static func readPing(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> PlainCommand {
    guard let text = line.string(min(position + 1, line.count)..<line.count) else {
      throw Refusal(code: .textNotUTF8)
    }
    return .ping(text)
  }

  private static func onlyRoom(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> RoomName {
    let room = try room(line, &position)
    try end(line, &position)
    return room
  }

  static func end(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) {
    guard line.nextField(&position) == nil else { throw Refusal(code: .tooManyFields) }
  }

  @inline(__always)
  private static func room(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> RoomName {
    guard let field = line.nextField(&position) else { throw Refusal(code: .missingField) }
    do throws(NameError) {
      return try RoomName(line.extracting(field))
    } catch {
      throw Refusal(code: .badRoom, reason: error.reason + hint(field))
    }
  }

  private static func count(_ line: Span<UInt8>, _ field: Range<Int>) throws(Refusal) -> Int {
    guard let count = line.decimal(field), 1...Int64(Limits.historyPage) ~= count else {
      throw Refusal(code: .badCount, reason: ErrorCode.badCount.reason + hint(field))
    }
    return Int(count)
  }

  private static func id(_ line: Span<UInt8>, _ field: Range<Int>) throws(Refusal) -> MessageID {
    guard let id = MessageID(line.extracting(field)) else {
      throw Refusal(code: .badID, reason: ErrorCode.badID.reason + hint(field))
    }
    return id
  }

  /// A second space in a row is easily typed and hard to see.
  private static func hint(_ field: Range<Int>) -> String {
    field.isEmpty ? "; one space stands between fields" : ""
  }
}
