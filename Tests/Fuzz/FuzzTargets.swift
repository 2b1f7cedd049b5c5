// One libFuzzer target for each parser that meets bytes from outside. Built by scripts/fuzz, together with the sources of the
// parsers, so that the sanitizers see into them; it is no target of the package.

import LineProtocol

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  // The first byte picks the parser, so that one corpus serves all and inputs travel between them.
  guard let kind = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  switch kind {
  case UInt8(ascii: "L"): fuzzLines(bytes)
  case UInt8(ascii: "H"): fuzzHTTP(bytes)
  case UInt8(ascii: "W"): fuzzWebSocket(bytes)
  case UInt8(ascii: "J"): fuzzJSON(bytes)
  default: break
  }
  return 0
}

/// Lines in both dialects, and what the encoders make of what was understood.
private func fuzzLines(_ bytes: [UInt8]) {
  var offset = 0
  while case .line(let range, let next) = LineScanner.next(in: bytes.span, from: offset) {
    let line = bytes.span.extracting(range)
    if case .message(let room, let text)? = try? PlainCommand.parse(line) { encode(room, text) }
    if let irc = try? IRCLine.parse(line), let text = irc.parameters.last { _ = CTCP(text) }
    _ = PlainReply.parse(line)
    offset = next
  }
}

/// A text that was accepted never makes more lines than it has.
private func encode(_ room: RoomName, _ text: MessageText) {
  let message = Message(
    id: 1, room: room.text, user: "someone", text: text.string, time: Timestamp(milliseconds: 0))
  var plain: [UInt8] = []
  PlainEncoder.message(message, into: &plain)
  precondition(plain.count { $0 == 0x0A } == text.lineCount)
  var irc: [UInt8] = []
  IRCEncoder(serverName: "fuzz").message(message, tags: [.time, .msgid], into: &irc)
  precondition(!irc.contains(0))
}

/// The parser gives the same for the whole and for its halves.
private func fuzzHTTP(_ bytes: [UInt8]) {
  let whole = requests(in: [bytes])
  let middle = bytes.count / 2
  let halves = requests(in: [Array(bytes[..<middle]), Array(bytes[middle...])])
  precondition(whole == halves)
}

private func requests(in pieces: [[UInt8]]) -> [String] {
  var parser = HTTPRequestParser()
  var unconsumed: [UInt8] = []
  var found: [String] = []
  for piece in pieces {
    unconsumed += piece
    parsing: while true {
      let step = parser.parse(unconsumed.span)
      unconsumed.removeFirst(step.consumed)
      switch step.event {
      case .needMore: break parsing
      case .sendContinue: continue
      case .request(let request): found.append("\(request.path) \(request.body.count) \(request.keepAlive)")
      case .failed(let problem): return found + ["\(problem.status)"]
      }
    }
  }
  return found
}

private func fuzzWebSocket(_ bytes: [UInt8]) {
  var decoder = WebSocketDecoder(messageBytes: 65_536)
  var offset = 0
  while true {
    let step = decoder.next(bytes.span.extracting(offset...))
    offset += step.consumed
    if case .needMore = step.event { break }
    if step.consumed == 0 { break }
  }
  _ = WebSocketEncoder.frameLength(bytes.span)
}

private func fuzzJSON(_ bytes: [UInt8]) {
  guard let value = try? JSONParser.parse(bytes.span) else { return }
  _ = "\(value)".utf8.count
}
