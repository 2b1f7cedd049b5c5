import LineProtocol

/// Lines in both dialects, and what the encoders make of what was understood.
@Sendable func fuzzLines(_ bytes: [UInt8]) {
  _ = ForeignProtocol.detect(bytes.span)
  var offset = 0
  while case .line(let range, let next) = LineScanner.next(in: bytes.span, from: offset) {
    precondition(next > offset && range.upperBound < next)
    let line = bytes.span.extracting(range)
    if case .message(let room, let text)? = try? PlainCommand.parse(line) { encode(room, text) }
    if let irc = try? IRCLine.parse(line), let text = irc.parameters.last { _ = CTCP(text) }
    _ = PlainReply.parse(line)
    offset = next
  }
  _ = LineScanner.resume(in: bytes.span, from: offset)
}

/// A text that was accepted never makes more lines than it has.
private func encode(_ room: RoomName, _ text: MessageText) {
  encode(
    Message(id: 1, room: room.text, user: "someone", text: text.string, time: Timestamp(milliseconds: 0)))
}

/// The same of a message.
func encode(_ message: Message) {
  var plain: [UInt8] = []
  PlainEncoder.message(message, into: &plain)
  expect(
    plain.count { $0 == 0x0A } == message.text.utf8.count { $0 == 0x0A } + 1, "lines of \(message)")
  var irc: [UInt8] = []
  IRCEncoder(serverName: "fuzz").message(message, tags: [.time, .msgid], into: &irc)
  expect(!irc.contains(0), "NUL in \(message)")
}
