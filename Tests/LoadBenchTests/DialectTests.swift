import Testing

@testable import LoadBench

private let name = ClientName(nick: "bob", room: "bench-1", run: RunID(number: 7))
private let marker = Marker(room: 1, slot: 2, sequence: 3, time: 4)

/// The text of a message with ``marker``.
private var markedText: String {
  var bytes = [UInt8](repeating: 0, count: Marker.length)
  marker.write(into: &bytes, at: 0, run: name.run)
  return String(decoding: bytes, as: UTF8.self) + "-filler"
}

/// What a dialect makes of an input that comes in pieces, of which it keeps what it does not consume.
private func events(of dialect: some ClientDialect, in pieces: [ArraySlice<UInt8>]) -> [ClientEvent] {
  var dialect = dialect
  var events: [ClientEvent] = []
  var waiting: [UInt8] = []
  for piece in pieces {
    waiting += piece
    let consumed = dialect.read(waiting.span) { events.append($0) }
    waiting.removeFirst(consumed)
  }
  return events
}

/// Whole, byte by byte, and cut at every point, the input means the same.
private func expect(
  _ dialect: some ClientDialect, _ input: [UInt8], means expected: [ClientEvent],
  _ location: SourceLocation = #_sourceLocation
) {
  #expect(events(of: dialect, in: [input[...]]) == expected, sourceLocation: location)
  let bytes = input.indices.map { input[$0...$0] }
  #expect(events(of: dialect, in: bytes) == expected, sourceLocation: location)
  for cut in input.indices {
    #expect(events(of: dialect, in: [input[..<cut], input[cut...]]) == expected, sourceLocation: location)
  }
}

@Suite(.timeLimit(.minutes(5))) struct PlainDialectTests {
  private let dialect = PlainDialect(name: name)

  @Test func says() {
    #expect(dialect.opening == Array("NICK bob\nJOIN bench-1\n".utf8))
    #expect(dialect.message(Array("hi".utf8)) == Array("MSG bench-1 hi\n".utf8))
  }

  @Test func understands() {
    let input = """
      OK NICK bob
      OK JOIN bench-1 0
      JOIN bench-1 eve
      OK MSG bench-1 1
      MSG bench-1 2 eve \(markedText)
      MSG bench-1 3 eve hello
      ERR not-in-room MSG bench-1: join it first
      BYE slow

      """
    expect(
      dialect, Array(input.utf8),
      means: [
        .ready, .delivered(marker), .refused("ERR not-in-room MSG bench-1: join it first"),
        .refused("BYE slow"),
      ])
  }
}

@Suite(.timeLimit(.minutes(5))) struct IRCDialectTests {
  private let dialect = IRCDialect(name: name)
  private let join = ClientEvent.replies(Array("JOIN #bench-1\r\n".utf8))

  @Test func says() {
    #expect(dialect.opening == Array("NICK bob\r\nUSER bob 0 * :bob\r\n".utf8))
    #expect(dialect.message(Array("hi".utf8)) == Array("PRIVMSG #bench-1 :hi\r\n".utf8))
  }

  @Test func understandsLineChat() {
    let input = """
      :linechat 001 bob :Welcome\r
      :linechat 376 bob :End of MOTD\r
      :bob!bob@host JOIN #bench-1\r
      :linechat 366 bob #bench-1 :End of NAMES\r
      :eve!eve@host PRIVMSG #bench-1 :\(markedText)\r
      PING :still there?\r
      :linechat 366 bob #bench-1 :End of NAMES\r

      """
    expect(
      dialect, Array(input.utf8),
      means: [join, .ready, .delivered(marker), .replies(Array("PONG :still there?\r\n".utf8))])
  }

  @Test func understandsOtherServers() {
    let input = """
      :irc.example NOTICE AUTH :*** Looking up your hostname\r
      PING :cookie\r
      :irc.example 422 bob :MOTD file is missing\r
      :irc.example 366 bob #bench-1 :End\r
      :irc.example 404 bob #bench-1 :Cannot send\r
      ERROR :Closing link\r

      """
    expect(
      dialect, Array(input.utf8),
      means: [
        .replies(Array("PONG :cookie\r\n".utf8)), join, .ready,
        .refused(":irc.example 404 bob #bench-1 :Cannot send"), .refused("ERROR :Closing link"),
      ])
  }

  @Test(arguments: ["\r\n", " \r\n", ":\r\n", ":only-a-prefix\r\n", ":a :b\r\n", ": 1\r\n"])
  func strangeLinesAreSkipped(line: String) { expect(dialect, Array(line.utf8), means: []) }
}

@Suite(.timeLimit(.minutes(5))) struct PostDialectTests {
  private let dialect = PostDialect(name: name, host: "[::1]:8000")

  @Test func says() {
    #expect(dialect.opening.isEmpty)
    let request = """
      POST /messages HTTP/1.1\r
      Host: [::1]:8000\r
      Content-Type: application/json\r
      Content-Length: 44\r
      \r
      {"user":"bob","room":"bench-1","text":"hi!"}
      """
    #expect(dialect.message(Array("hi!".utf8)) == Array(request.utf8))
  }

  @Test func understands() {
    let input = """
      HTTP/1.1 201 Created\r
      content-length:   2\r
      \r
      {}HTTP/1.1 200 OK\r
      Content-Length: 0\r
      \r
      HTTP/1.1 429 Too Many Requests\r
      Content-Length: 4\r
      \r
      slow
      """
    expect(
      dialect, Array(input.utf8),
      means: [.answered, .answered, .refused("HTTP/1.1 429 Too Many Requests slow")])
  }

  @Test(arguments: ["", "Content-Length: -1\r\n", "Content-Length: x\r\n", "Transfer-Encoding: chunked\r\n"])
  func whatHasNoLengthIsRefused(field: String) {
    expect(
      dialect, Array("HTTP/1.1 200 OK\r\n\(field)\r\n".utf8),
      means: [.refused("an answer without Content-Length: HTTP/1.1 200 OK")])
  }
}

@Suite(.timeLimit(.minutes(5))) struct WebSocketDialectTests {
  private let dialect = WebSocketDialect(name: name, host: "localhost:8000")
  private let accepted = Array("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n".utf8)

  private func frame(_ opcode: UInt8, _ payload: [UInt8], lengthBytes: Int = 0) -> [UInt8] {
    let short: UInt8 = lengthBytes == 0 ? UInt8(payload.count) : lengthBytes == 2 ? 126 : 127
    let length = (0..<lengthBytes).reversed().map { UInt8(truncatingIfNeeded: payload.count >> (8 * $0)) }
    return [0x80 | opcode, short] + length + payload
  }

  @Test func says() {
    #expect(
      String(decoding: dialect.opening, as: UTF8.self).hasPrefix(
        "GET /ws?user=bob&room=bench-1 HTTP/1.1\r\nHost: localhost:8000\r\n"))
    let json = Array(#"{"text":"hi"}"#.utf8)
    #expect(dialect.message(Array("hi".utf8)) == [0x81, 0x80 | 13, 0, 0, 0, 0] + json)
    let long = dialect.message([UInt8](repeating: 0x78, count: 300))
    #expect(long.prefix(8) == [0x81, 0x80 | 126, 1, 55, 0, 0, 0, 0])
    #expect(long.count == 8 + 311)
  }

  @Test func understands() {
    let message = Array(#"{"type":"message","data":{"text":"\#(markedText)"}}"#.utf8)
    let error = #"{"type":"error","data":{}}"#
    let input =
      accepted + frame(1, message) + frame(1, Array(#"{"type":"join"}"#.utf8)) + frame(9, [1, 2])
      + frame(1, message, lengthBytes: 2) + frame(2, [], lengthBytes: 8) + frame(1, Array(error.utf8))
      + frame(8, [3, 0xe9] + Array("bye".utf8)) + frame(8, [])
    expect(
      dialect, input,
      means: [
        .ready, .delivered(marker), .replies([0x8a, 0x82, 0, 0, 0, 0, 1, 2]), .delivered(marker),
        .refused(error), .refused("closed: bye"), .refused("closed: "),
      ])
  }

  @Test func aRefusedUpgradeIsTold() {
    let refusal = Array("HTTP/1.1 422 Unprocessable Content\r\n\r\n".utf8)
    #expect(
      events(of: dialect, in: [refusal[...]]) == [.refused("HTTP/1.1 422 Unprocessable Content")])
  }

  @Test func aLengthBeyondReasonIsWaitedFor() {
    let input = accepted + [0x81, 127] + [UInt8](repeating: 0xff, count: 8) + [0x78]
    expect(dialect, input, means: [.ready])
  }
}
