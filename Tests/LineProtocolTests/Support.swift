import LineProtocol

/// What `write` appends, as text.
func written(_ write: (inout [UInt8]) -> Void) -> String {
  var out: [UInt8] = []
  write(&out)
  return String(decoding: out, as: UTF8.self)
}

/// The bytes of `string`.
func bytes(_ string: String) -> [UInt8] { Array(string.utf8) }

func plain(_ line: String) throws(ProtocolError) -> PlainCommand? {
  try PlainCommand.parse(bytes(line).span)
}

/// The code with which a plain line is refused; nil when it is taken.
func refusal(_ line: String) -> ErrorCode? { refusal(bytes(line)) }

func refusal(_ line: [UInt8]) -> ErrorCode? {
  do {
    _ = try PlainCommand.parse(line.span)
    return nil
  } catch {
    return error.code
  }
}

func switchesToIRC(_ line: String) -> Bool { Dialect.switchesToIRC(bytes(line).span) }

func irc(_ line: String) throws(IRCLine.ParseError) -> IRCLine? {
  try IRCLine.parse(bytes(line).span)
}

func message(
  _ text: String, id: MessageID = 58, room: String = "lobby", user: String = "alice",
  kind: Message.Kind = .message
) -> Message {
  Message(
    id: id, room: room, user: user, text: text, kind: kind, time: Timestamp(milliseconds: 1_795_410_000_123))
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
