import Testing

@testable import HTTPProtocol

/// What comes out may not depend on how the bytes are cut.
@Suite(.timeLimit(.minutes(5))) struct HTTPCutTests {
  static let streams: [[UInt8]] = [
    wire("GET / HTTP/1.1\nHost: x\n\n"),
    wire("\n\nPOST /a?b=c%20d HTTP/1.1\nHost: x\nA: b \nContent-Length: 5\n\nhello\nGET /c HTTP/1.0\n\n"),
    wire(
      "POST / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n3;e=f\nabc\n0a\n0123456789\n0\nX: y\n\nGET"),
    wire(
      "POST / HTTP/1.1\nHost: x\nExpect: 100-continue\nContent-Length: 3\n\nabcGET / HTTP/1.1\nHost: y\n\n"),
    wire("PUT http://h:1/p HTTP/1.1\nHost: x\nConnection: a, close\nTransfer-Encoding: chunked\n\n0\n\n"),
    Array("GET / HTTP/1.1\nHost: x\n\nGET /2 HTTP/1.1\nHost: x\n\n".utf8),
    wire("GET / HTTP/1.1\nHost: x\n folded\n\n"), wire("GET / HTTP/1.1\nHost : x\n\n"),
    wire("GET / HTTP/2.0\nHost: x\n\n"), wire("GET / HTTP/1.1\n\n"), wire("\n\n\n\n\n\n"),
    [22, 3, 1, 0, 200, 1, 10],
    wire("POST / HTTP/1.1\nHost: x\nContent-Length: 1\nContent-Length: 1\n\na"),
    wire("POST / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n3\nabcd\n0\n\n"),
    wire("POST / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\nfffffffffffffffff\n"),
    wire("POST / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n0\nX : y\n\n"),
    Array("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n".utf8),
    wire("POST / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n40\n"),
    wire("GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\nHost: x\n\n"),
    wire("GET /" + String(repeating: "a", count: 120) + " HTTP/1.1\nHost: x\n\n"),
    wire("GET / HTTP/1.1\nHost: x\n" + String(repeating: "A: bcdefghij\n", count: 20) + "\n"),
  ]

  /// Small, so that the streams reach them.
  static let limits = HTTPLimits(targetBytes: 32, headBytes: 128, fields: 6, bodyBytes: 40)

  @Test(arguments: [HTTPLimits(), limits])
  func allCutsAgree(_ limits: HTTPLimits) {
    for stream in Self.streams {
      let whole = HTTPFeed.whole(stream, limits: limits)
      let text = String(decoding: stream, as: UTF8.self)
      #expect(agrees(HTTPFeed.byteByByte(stream, limits: limits), whole), "byte by byte: \(text)")
      for point in 0...stream.count {
        #expect(agrees(HTTPFeed.cut(stream, at: point, limits: limits), whole), "cut at \(point): \(text)")
      }
    }
  }

  @Test func mutatedStreamsAgreeAndNothingTraps() {
    var numbers = FixedNumbers(state: 9112)
    let bytes = Array("\r\n\r\n :;,=?%&/0123456789afAFxGET POST HTTP/1.1\t\0".utf8) + [0x7f, 0x80, 0xff]
    var refused = 0
    for _ in 0..<4000 {
      var stream = Self.streams.randomElement(using: &numbers) ?? []
      for _ in 0..<Int.random(in: 1...4, using: &numbers) {
        mutate(&stream, bytes, &numbers)
      }
      let whole = HTTPFeed.whole(stream, limits: Self.limits)
      if whole.failure != nil { refused += 1 }
      let point = Int.random(in: 0...stream.count, using: &numbers)
      guard agrees(HTTPFeed.byteByByte(stream, limits: Self.limits), whole),
        agrees(HTTPFeed.cut(stream, at: point, limits: Self.limits), whole)
      else {
        Issue.record("cuts differ: \(String(decoding: stream, as: UTF8.self).debugDescription)")
        return
      }
    }
    #expect((1000..<4000).contains(refused))
  }

  /// The bytes left may differ after a failure, and in how much of an unfinished request has been taken.
  private func agrees(_ one: HTTPOutcome, _ other: HTTPOutcome) -> Bool {
    one.requests == other.requests && one.failure == other.failure
  }

  private func mutate(_ stream: inout [UInt8], _ bytes: [UInt8], _ numbers: inout FixedNumbers) {
    guard let byte = bytes.randomElement(using: &numbers), !stream.isEmpty else { return }
    let place = Int.random(in: 0..<stream.count, using: &numbers)
    switch Int.random(in: 0..<4, using: &numbers) {
    case 0: stream[place] = byte
    case 1: stream.insert(byte, at: place)
    case 2: stream.remove(at: place)
    default: stream.insert(contentsOf: stream[place..<min(place + 20, stream.count)], at: place)
    }
  }

  @Test func tricklingBytesAreLookedAtOnce() {
    // 4 KiB without a line feed, byte by byte: the search goes on where it stopped.
    var parser = HTTPRequestParser()
    var head = wire("GET / HTTP/1.1\nHost: x\nA: ")
    for _ in 0..<4096 {
      head.append(97)
      _ = parser.parse(head.span)
      #expect(parser.scanned == head.count)
    }
  }
}
