// The handlers of the command table, and the fields that they share.

extension PlainVerb {
  static func readNick(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> PlainCommand {
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

  static func readJoin(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> PlainCommand {
    let room = try room(line, &position)
    guard let field = line.nextField(&position) else { return .join(room, from: .now) }
    let isCount = field.count > 1 && line[field.lowerBound] == ASCII.minus
    let point: JoinPoint =
      isCount
      ? .newest(try count(line, field.lowerBound + 1..<field.upperBound)) : .after(try id(line, field))
    try end(line, &position)
    return .join(room, from: point)
  }

  static func readMessage(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> PlainCommand {
    let room = try room(line, &position)
    guard position < line.count else { throw Refusal(code: .missingField) }
    do throws(TextError) {
      return .message(room, try MessageText(line.extracting(position + 1..<line.count)))
    } catch {
      throw Refusal(code: error.code, reason: error.reason)
    }
  }

  static func readHistory(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> PlainCommand {
    let room = try room(line, &position)
    guard let field = line.nextField(&position) else { return .history(room, count: Limits.historyDefault) }
    let count = try count(line, field)
    try end(line, &position)
    return .history(room, count: count)
  }

  static func readSince(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> PlainCommand {
    let room = try room(line, &position)
    guard let field = line.nextField(&position) else { throw Refusal(code: .missingField) }
    let after = try id(line, field)
    try end(line, &position)
    return .since(room, after: after)
  }

  static func readPing(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> PlainCommand {
    guard let text = line.string(min(position + 1, line.count)..<line.count) else {
      throw Refusal(code: .textNotUTF8)
    }
    return .ping(text)
  }

  static func onlyRoom(_ line: Span<UInt8>, _ position: inout Int) throws(Refusal) -> RoomName {
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

  private static func id(_ line: Span<UInt8>, _ field: Range<Int>) throws(Refusal) -> Int64 {
    guard let id = line.decimal(field) else {
      throw Refusal(code: .badID, reason: ErrorCode.badID.reason + hint(field))
    }
    return id
  }

  /// A second space in a row is easily typed and hard to see.
  private static func hint(_ field: Range<Int>) -> String {
    field.isEmpty ? "; one space stands between fields" : ""
  }
}
