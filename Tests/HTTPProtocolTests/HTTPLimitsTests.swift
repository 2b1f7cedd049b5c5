import Testing

@testable import HTTPProtocol

/// Every bound at its last byte and one beyond.
@Suite(.timeLimit(.minutes(5))) struct HTTPLimitsTests {
  private func text(_ count: Int) -> String { String(repeating: "a", count: count) }

  @Test func target() {
    #expect(request("GET /\(text(8191)) HTTP/1.1\nHost: x\n\n") != nil)
    #expect(refusal("GET /\(text(8192)) HTTP/1.1\nHost: x\n\n") == 414)
    #expect(refusal("GET /\(text(30_000)) HTTP/1.1\nHost: x\n\n") == 414)
    // Refused without waiting for the end of the line.
    #expect(refusal("GET /\(text(9000))") == 414)
    #expect(refusal("GET /\(text(8000))") == nil)
  }

  @Test func head() {
    let start = "GET / HTTP/1.1\r\nHost: x\r\nA: "
    let room = 16 * 1024 - start.utf8.count - 4
    #expect(HTTPFeed.whole(Array("\(start)\(text(room))\r\n\r\n".utf8)).requests.count == 1)
    #expect(refusal("GET / HTTP/1.1\nHost: x\nA: \(text(room + 1))\n\n") == 431)
    #expect(refusal("GET / HTTP/1.1\nHost: x\nA: \(text(17_000))") == 431)
  }

  @Test func fields() {
    let field = "A: b\n"
    let many = String(repeating: field, count: 127)
    #expect(request("GET / HTTP/1.1\nHost: x\n\(many)\n")?.headers.fields.count == 128)
    #expect(refusal("GET / HTTP/1.1\nHost: x\n\(many)\(field)\n") == 431)
  }

  @Test func content() {
    #expect(request("POST / HTTP/1.1\nHost: x\nContent-Length: 65536\n\n\(text(65536))")?.body.count == 65536)
    #expect(refusal("POST / HTTP/1.1\nHost: x\nContent-Length: 65537\n\n") == 413)
    let limits = HTTPLimits(bodyBytes: 4)
    #expect(request("POST / HTTP/1.1\nHost: x\nContent-Length: 4\n\nabcd", limits: limits) != nil)
    #expect(refusal("POST / HTTP/1.1\nHost: x\nContent-Length: 5\n\n", limits: limits) == 413)
  }

  @Test func chunkedContent() {
    let limits = HTTPLimits(bodyBytes: 4)
    let head = "POST / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n"
    #expect(request(head + "2\nab\n2\ncd\n0\n\n", limits: limits)?.body == Array("abcd".utf8))
    #expect(refusal(head + "5\n", limits: limits) == 413)
    #expect(refusal(head + "2\nab\n3\n", limits: limits) == 413)
    #expect(refusal(head + "7fffffffffffffff\n") == 413)
  }

  @Test func chunkExtensionsAndTrailers() {
    let head = "POST / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n"
    let chunk = "1;\(text(999))\na\n"
    #expect(request(head + String(repeating: chunk, count: 16) + "0\n\n")?.body.count == 16)
    #expect(refusal(head + String(repeating: chunk, count: 17)) == 431)
    #expect(refusal(head + "1;\(text(9000))") == 431)
    let trailer = "X: \(text(997))\n"
    #expect(request(head + "0\n" + String(repeating: trailer, count: 16) + "\n") != nil)
    #expect(refusal(head + "0\n" + String(repeating: trailer, count: 17)) == 431)
    #expect(refusal(head + "0\nX: \(text(9000))") == 431)
    // The budget is for each request.
    let half = head + String(repeating: chunk, count: 9) + "0\n\n"
    #expect(HTTPFeed.whole(wire(half + half)).requests.count == 2)
  }
}
