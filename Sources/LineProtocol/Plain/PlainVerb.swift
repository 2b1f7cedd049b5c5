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
