/// A client of an IRC server, LineChat's or any other.
struct IRCDialect: ClientDialect {
  private enum Stage { case registering, joining, joined }

  let name: ClientName
  private var stage = Stage.registering

  init(name: ClientName) { self.name = name }

  var opening: [UInt8] {
    Array("NICK \(name.nick)\r\nUSER \(name.nick) 0 * :\(name.nick)\r\n".utf8)
  }

  func message(_ text: [UInt8]) -> [UInt8] {
    Array("PRIVMSG #\(name.room) :".utf8) + text + Array("\r\n".utf8)
  }

  mutating func read(_ bytes: Span<UInt8>, tell: (ClientEvent) -> Void) -> Int {
    var stage = self.stage
    defer { self.stage = stage }
    return eachLine(of: bytes, tell: tell) { line in
      if let marker = Marker(in: bytes, line, run: name.run) {
        tell(.delivered(marker))
      } else {
        interpret(bytes.text(line), &stage, tell)
      }
    }
  }

  private func interpret(_ line: String, _ stage: inout Stage, _ tell: (ClientEvent) -> Void) {
    // A prefix, the command, and the rest as it is.
    var words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
    if line.hasPrefix(":") { words.removeFirst() }
    guard let command = words.first else { return }
    if command == "PING" {
      tell(.replies(Array("PONG \(words.dropFirst().joined(separator: " "))\r\n".utf8)))
    } else if command == "ERROR" {
      tell(.refused(line))
    } else if command.utf8.count == 3, let numeric = Int(command) {
      interpret(numeric, line, &stage, tell)
    }
  }

  private func interpret(
    _ numeric: Int, _ line: String, _ stage: inout Stage, _ tell: (ClientEvent) -> Void
  ) {
    switch (numeric, stage) {
    // The greeting, and the ends of the message of the day: whichever a server sends first.
    case (1, .registering), (376, .registering), (422, .registering):
      stage = .joining
      tell(.replies(Array("JOIN #\(name.room)\r\n".utf8)))
    case (366, .joining):
      stage = .joined
      tell(.ready)
    // The errors (RFC 2812 §5.2), of which 422 says only that there is no message of the day.
    case (400...599, _) where numeric != 422: tell(.refused(line))
    default: break
    }
  }
}
