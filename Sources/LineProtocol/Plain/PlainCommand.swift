/// From where on what was said in a room is shown to somebody who enters it.
public enum JoinPoint: Hashable, Sendable {
  /// Only what is said from now on.
  case now
  /// First everything after this id.
  case after(MessageID)
  /// First so many of the newest messages, 1–1000.
  case newest(Int)
}

/// A command of the plain dialect.
public enum PlainCommand: Hashable, Sendable {
  /// Take a nick, or change it.
  case nick(Nick)
  /// Enter a room, and be shown what was said there from somewhere on.
  case join(RoomName, from: JoinPoint)
  /// Say something in a room.
  case message(RoomName, MessageText)
  /// `@ref=REFERENCE MSG room text`: the same, but not twice.
  case messageOnce(MessageReference, RoomName, MessageText)
  /// Leave a room.
  case part(RoomName)
  /// The newest messages of a room; the count is 1–1000.
  case history(RoomName, count: Int)
  /// All messages of a room after an id.
  case since(RoomName, after: MessageID)
  /// Who is in a room.
  case names(RoomName)
  /// Which rooms there are.
  case rooms
  /// Answer with the same text, which may be empty.
  case ping(String)
  /// The page of commands.
  case help
  /// Good-bye.
  case quit

  /// Reads a line without its terminator. Nil is a blank line, which asks for nothing and gets no reply.
  ///
  /// Throws what the session has to answer. Fields are separated by one space; spaces at the end are ignored,
  /// except in a text.
  public static func parse(_ line: Span<UInt8>) throws(ProtocolError) -> PlainCommand? {
    if line.count > 0, line[0] == ASCII.at { return try parseReferenced(line) }
    return try parseCommand(line)
  }

  private static func parseReferenced(_ line: Span<UInt8>) throws(ProtocolError) -> PlainCommand {
    let end = line.firstIndex(of: ASCII.space, from: 0, to: line.count) ?? line.count
    let mark = "@ref="
    let word = line.repairedString(0..<min(end, mark.utf8.count + Limits.reference + 1))
    guard word.hasPrefix(mark), end < line.count,
      let reference = try? MessageReference(String(word.dropFirst(mark.utf8.count))),
      case .message(let room, let text) = try parseCommand(line.extracting((end + 1)...))
    else { throw ProtocolError(.badReference, asked: line) }
    return .messageOnce(reference, room, text)
  }

  private static func parseCommand(_ line: Span<UInt8>) throws(ProtocolError) -> PlainCommand? {
    var position = Dialect.verbEnd(line)
    guard let verb = line.packedWord(0..<min(position, 9)), let entry = PlainVerb.find(verb) else {
      if line.isBlank(from: 0) { return nil }
      if let other = ForeignProtocol.detect(line) {
        throw ProtocolError(.notLineProtocol, asked: line, reason: other.reason)
      }
      throw ProtocolError(.unknownCommand, asked: line)
    }
    do {
      return try entry.read(line, &position)
    } catch {
      let reason =
        error.reason ?? (error.code == .missingField ? "a field is missing; it is \(entry.syntax)" : nil)
      throw ProtocolError(error.code, asked: line, reason: reason)
    }
  }
}
