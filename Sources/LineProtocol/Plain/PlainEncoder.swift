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
  public static func okJoin(room: String, id: MessageID, into out: inout [UInt8]) {
    line("OK JOIN ", room, id, into: &out)
  }

  /// `OK MSG lobby 58`
  public static func okMessage(room: String, id: MessageID, into out: inout [UInt8]) {
    line("OK MSG ", room, id, into: &out)
  }

  /// `OK PART lobby`
  public static func okPart(room: String, into out: inout [UInt8]) {
    line("OK PART ", room, into: &out)
  }

  /// `END lobby 57`: the replay of the room is complete up to the id.
  public static func end(room: String, id: MessageID, into out: inout [UInt8]) {
    line("END ", room, id, into: &out)
  }

  /// `GAP lobby 3 40`: stored messages with 3 < id ≤ 40 are gone.
  public static func gap(room: String, from: MessageID, to: MessageID, into out: inout [UInt8]) {
    out.append(ascii: "GAP ")
    out.append(utf8: room)
    out.append(ASCII.space)
    out.append(id: from)
    out.append(ASCII.space)
    out.append(id: to)
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
  public static func topic(room: String, id: MessageID, nick: String, text: String, into out: inout [UInt8]) {
    out.append(ascii: "TOPIC ")
    out.append(utf8: room)
    out.append(ASCII.space)
    out.append(id: id)
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
  public static func resume(room: String, id: MessageID, into out: inout [UInt8]) {
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

  private static func line(_ start: StaticString, _ name: String, _ id: MessageID, into out: inout [UInt8]) {
    out.append(ascii: start)
    out.append(utf8: name)
    out.append(ASCII.space)
    out.append(id: id)
    out.append(ASCII.lf)
  }

  /// A live message: `MSG lobby 58 alice hello`. Of several lines all but the last begin with `MSG+`.
  public static func message(_ message: Message, into out: inout [UInt8]) {
    lines(of: message, "MSG ", "MSG+ ", showingTime: false, into: &out)
  }

  /// A replayed message: `HIST lobby 57 2026-11-23T05:00:00.123Z bob hello`. Of several lines all but the
  /// last begin with `HIST+`.
  public static func history(_ message: Message, into out: inout [UInt8]) {
    lines(of: message, "HIST ", "HIST+ ", showingTime: true, into: &out)
  }

  @inline(__always)
  private static func lines(
    of message: Message, _ last: StaticString, _ more: StaticString, showingTime: Bool,
    into out: inout [UInt8]
  ) {
    let text = message.text.utf8.span
    var start = 0
    while let newline = text.firstIndex(of: ASCII.lf, from: start, to: text.count) {
      head(of: message, more, showingTime: showingTime, isFirst: start == 0, into: &out)
      text.extracting(start..<newline).withUnsafeBufferPointer { out.append(contentsOf: $0) }
      out.append(ASCII.lf)
      start = newline + 1
    }
    head(of: message, last, showingTime: showingTime, isFirst: start == 0, into: &out)
    text.extracting(start..<text.count).withUnsafeBufferPointer { out.append(contentsOf: $0) }
    out.append(ASCII.lf)
  }

  @inline(__always)
  private static func head(
    of message: Message, _ verb: StaticString, showingTime: Bool, isFirst: Bool, into out: inout [UInt8]
  ) {
    out.append(ascii: verb)
    out.append(utf8: message.room)
    out.append(ASCII.space)
    out.append(id: message.id)
    out.append(ASCII.space)
    if showingTime {
      message.time.append(to: &out)
      out.append(ASCII.space)
    }
    out.append(utf8: message.user)
    out.append(ASCII.space)
    if isFirst, message.kind == .action { out.append(ascii: "/me ") }
  }

  /// `NAMES lobby alice bob`, as many lines as the names need at about 480 bytes each; none for no names.
  public static func names(room: String, nicks: some Sequence<String>, into out: inout [UInt8]) {
    var lineStart = out.count
    var isOpen = false
    for nick in nicks {
      if isOpen, out.count - lineStart + nick.utf8.count + 2 > Limits.listLine {
        out.append(ASCII.lf)
        isOpen = false
      }
      if !isOpen {
        lineStart = out.count
        out.append(ascii: "NAMES ")
        out.append(utf8: room)
        isOpen = true
      }
      out.append(ASCII.space)
      out.append(utf8: nick)
    }
    if isOpen { out.append(ASCII.lf) }
  }

  /// `END lobby`: the names are complete.
  public static func endNames(room: String, into out: inout [UInt8]) {
    out.append(ascii: "END ")
    out.append(utf8: room)
    out.append(ASCII.lf)
  }

  /// `ROOM lobby 2`: a room and how many are in it.
  public static func room(_ name: String, count: Int, into out: inout [UInt8]) {
    out.append(ascii: "ROOM ")
    out.append(utf8: name)
    out.append(ASCII.space)
    out.append(decimal: Int64(count))
    out.append(ASCII.lf)
  }

  /// `END ROOMS`: the rooms are complete.
  public static func endRooms(into out: inout [UInt8]) {
    out.append(ascii: "END ROOMS\n")
  }

  /// The page of commands: lines that begin with `HELP `, then `END HELP`.
  public static func help(into out: inout [UInt8]) {
    let width = PlainVerb.table.reduce(0) { max($0, $1.syntax.utf8.count) }
    for entry in PlainVerb.table {
      out.append(ascii: "HELP ")
      out.append(utf8: entry.syntax)
      out.append(contentsOf: repeatElement(ASCII.space, count: width + 2 - entry.syntax.utf8.count))
      out.append(utf8: entry.summary)
      out.append(ASCII.lf)
    }
    out.append(
      ascii:
        "HELP Texts take the rest of their line. Every other command has one answer: OK, a list, or ERR.\n")
    out.append(ascii: "END HELP\n")
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
