/// Writes the server's lines of the plain dialect. Each function appends one complete reply or event, ended
/// by LF.
///
/// Rooms and nicks are given as first written; texts as checked by `MessageText`.
public enum PlainEncoder {
  /// `OK NICK alice`
  public static func okNick(_ nick: String, into out: inout [UInt8]) {
    line("OK NICK ", nick, into: &out)
  }

  /// `OK JOIN lobby 57`; the id is that of the room's newest entry, 0 if it has none.
  public static func okJoin(room: String, id: Int64, into out: inout [UInt8]) {
    line("OK JOIN ", room, id, into: &out)
  }

  /// `OK MSG lobby 58`
  public static func okMessage(room: String, id: Int64, into out: inout [UInt8]) {
    line("OK MSG ", room, id, into: &out)
  }

  /// `OK PART lobby`
  public static func okPart(room: String, into out: inout [UInt8]) {
    line("OK PART ", room, into: &out)
  }

  /// `END lobby 57`: the replay of the room is complete up to the id.
  public static func end(room: String, id: Int64, into out: inout [UInt8]) {
    line("END ", room, id, into: &out)
  }

  /// `GAP lobby 3 40`: stored messages with 3 < id ≤ 40 are gone.
  public static func gap(room: String, from: Int64, to: Int64, into out: inout [UInt8]) {
    out.append(ascii: "GAP ")
    out.append(utf8: room)
    out.append(ASCII.space)
    out.append(decimal: from)
    out.append(ASCII.space)
    out.append(decimal: to)
    out.append(ASCII.lf)
  }

  /// `JOIN lobby bob`
  public static func join(room: String, nick: String, into out: inout [UInt8]) {
    line("JOIN ", room, nick, into: &out)
  }

  /// `PART lobby bob`
  public static func part(room: String, nick: String, into out: inout [UInt8]) {
    line("PART ", room, nick, into: &out)
  }

  /// `NICK alice alicia`
  public static func nick(from: String, to: String, into out: inout [UInt8]) {
    line("NICK ", from, to, into: &out)
  }

  /// `TOPIC lobby 58 alice tea`; an empty text is a topic taken away.
  public static func topic(room: String, id: Int64, nick: String, text: String, into out: inout [UInt8]) {
    out.append(ascii: "TOPIC ")
    out.append(utf8: room)
    out.append(ASCII.space)
    out.append(decimal: id)
    out.append(ASCII.space)
    out.append(utf8: nick)
    out.append(ASCII.space)
    out.append(utf8: text)
    out.append(ASCII.lf)
  }

  /// `PONG x`; without a text, `PONG`.
  public static func pong(_ text: String, into out: inout [UInt8]) {
    out.append(ascii: "PONG")
    if !text.isEmpty {
      out.append(ASCII.space)
      out.append(utf8: text)
    }
    out.append(ASCII.lf)
  }

  /// `RESUME lobby 58`: after the next connect, `JOIN lobby 58` continues where this session stopped.
  public static func resume(room: String, id: Int64, into out: inout [UInt8]) {
    line("RESUME ", room, id, into: &out)
  }

  /// `BYE`, or `BYE slow` with a reason of one word.
  public static func bye(_ reason: String? = nil, into out: inout [UInt8]) {
    guard let reason else { return out.append(ascii: "BYE\n") }
    line("BYE ", reason, into: &out)
  }

  /// `ERR <code> <what was asked>: <reason>`, such as `ERR not-joined lobby: JOIN the room first`.
  /// Without anything quoted, `ERR shutting-down: …`.
  public static func error(_ error: ProtocolError, into out: inout [UInt8]) {
    out.append(ascii: "ERR ")
    out.append(utf8: error.code.rawValue)
    if !error.asked.isEmpty {
      out.append(ASCII.space)
      out.append(utf8: error.asked)
    }
    out.append(ascii: ": ")
    out.append(utf8: error.plainReason)
    out.append(ASCII.lf)
  }

  private static func line(_ start: StaticString, _ name: String, into out: inout [UInt8]) {
    out.append(ascii: start)
    out.append(utf8: name)
    out.append(ASCII.lf)
  }

  private static func line(_ start: StaticString, _ first: String, _ second: String, into out: inout [UInt8])
  {
    out.append(ascii: start)
    out.append(utf8: first)
    out.append(ASCII.space)
    out.append(utf8: second)
    out.append(ASCII.lf)
  }

  private static func line(_ start: StaticString, _ name: String, _ id: Int64, into out: inout [UInt8]) {
    out.append(ascii: start)
    out.append(utf8: name)
    out.append(ASCII.space)
    out.append(decimal: id)
    out.append(ASCII.lf)
  }
}

extension ErrorCode {
  /// What is wrong and what to do in this dialect, where nothing more exact is known.
  public var plainReason: String {
    switch self {
    case .unknownCommand: "\(reason); HELP lists them"
    case .missingField: "\(reason); HELP shows what the command needs"
    case .tooManyFields: "\(reason); HELP shows what it needs"
    case .noNick: "say NICK and a name first"
    case .notJoined: "JOIN the room first"
    case .tooManyRooms: "\(reason); PART one first"
    case .badReference: "\(reason), and goes with MSG only"
    case .badNick, .badRoom, .badID, .badCount, .futureID, .nickInUse, .nickReserved, .noSuchRoom, .textEmpty,
      .textTooLong, .textNotUTF8, .textControl, .tooManyLines, .referenceUsed, .lineTooLong, .notLineProtocol,
      .tooFast, .tooManyConnections, .timeout, .logFull, .notStored, .outcomeUnknown, .historyUnavailable,
      .shuttingDown:
      reason
    }
  }
}
