import LineProtocol
import Testing

/// Bytes that nobody well-meaning sends: whatever they are, parsers answer or refuse, and what they answer is
/// sound.
@Suite(.timeLimit(.minutes(5))) struct HostileInputTests {
  /// Lines that reach deep into the parsers, to be damaged.
  private let seeds = [
    "NICK alice", "JOIN #lobby 41", "MSG lobby héllo 👩‍👩‍👧 \u{2}b\u{F}", "HISTORY lobby 1000",
    "SINCE lobby 9223372036854775807",
    "PING x", "GET / HTTP/1.1",
    "@time=2026-11-23T05:00:00.123Z;+a\\:=b\\ :alice!a@h PRIVMSG #lobby :\u{1}ACTION x\u{1}",
    "MSG+ lobby 58 alice x", "HIST lobby 57 2026-11-23T05:00:00.123Z bob text", "GAP lobby 1 2",
    "ERR bad-room JOIN: no",
    "NAMES lobby a b c", "OK JOIN lobby 57", "END ROOMS", "CAP LS 302",
  ].map(bytes)

  private func feed(_ input: [UInt8]) {
    check(input)
    var offset = 0
    while case .line(let range, let next) = LineScanner.next(in: input.span, from: offset) {
      #expect(range.lowerBound == offset && range.upperBound < next && next <= input.count)
      check(Array(input[range]))
      offset = next
    }
  }

  private func check(_ line: [UInt8]) {
    _ = Dialect.switchesToIRC(line.span)
    _ = ForeignProtocol.detect(line.span)
    _ = PlainReply.parse(line.span)
    do throws(ProtocolError) {
      if case .message(_, let text)? = try PlainCommand.parse(line.span) { checkRelayed(text) }
    } catch {
      let reply = written { PlainEncoder.error(error, into: &$0) }
      #expect(!reply.dropLast().unicodeScalars.contains { $0.properties.generalCategory == .control })
    }
    if let parsed = try? IRCLine.parse(line.span) {
      #expect(parsed.parameters.count <= 15)
      #expect(!parsed.command.isEmpty)
      for parameter in parsed.parameters { _ = try? CTCP.message(parameter, kind: .message) }
      let echo = written {
        IRCEncoder(serverName: "s").line(
          tags: parsed.tags, source: parsed.source, command: parsed.command, params: parsed.parameters,
          into: &$0)
      }
      #expect(echo.utf8.count { $0 == 0x0A || $0 == 0x0D } == 2)
    }
    _ = try? MessageText(line.span)
    _ = try? RoomName(line.span)
    _ = try? Nick(line.span)
    _ = Timestamp(String(decoding: line, as: UTF8.self))
  }

  /// A text that was taken reaches the others as the lines it has, in either dialect.
  private func checkRelayed(_ text: MessageText) {
    let plain = written { PlainEncoder.message(message(text.string), into: &$0) }
    #expect(plain.utf8.count { $0 == 0x0A } == text.lineCount)
    let irc = written { IRCEncoder(serverName: "s").message(message(text.string), into: &$0) }
    #expect(irc.utf8.count { $0 == 0x0A } >= 1)
    #expect(irc.utf8.count { $0 == 0x0D } == irc.utf8.count { $0 == 0x0A })
  }

  @Test func randomBytes() {
    var random = SeededGenerator(state: 2)
    for _ in 0..<3000 {
      let count = Int.random(in: 0...200, using: &random)
      feed((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
  }

  @Test func randomBytesOfTheGrammar() {
    let alphabet = bytes("@:; =\\#,\r\n\u{0}\u{1}aA0-é\u{9B}👩/")
    var random = SeededGenerator(state: 3)
    for _ in 0..<5000 {
      let count = Int.random(in: 0...40, using: &random)
      feed((0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] })
    }
  }

  @Test func damagedLines() {
    var random = SeededGenerator(state: 4)
    for _ in 0..<5000 {
      var line = seeds[Int.random(in: 0..<seeds.count, using: &random)]
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0...line.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: line.insert(.random(in: 0...255, using: &random), at: place)
        case 1 where place < line.count: line[place] = .random(in: 0...255, using: &random)
        case 2 where place < line.count: line.remove(at: place)
        default: line.append(contentsOf: line[place...])
        }
      }
      feed(line)
    }
  }

  @Test func everyCutOfEveryLine() {
    for seed in seeds {
      for cut in 0...seed.count {
        feed(Array(seed[..<cut]))
        feed(Array(seed[cut...]))
      }
    }
  }

  @Test func longRunsOfOneByte() {
    for byte in UInt8.min...UInt8.max {
      for count in [1, 2, 7, 8, 9, 51, 513] {
        check([UInt8](repeating: byte, count: count))
      }
    }
  }
}
