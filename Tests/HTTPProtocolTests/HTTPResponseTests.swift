import Testing

@testable import HTTPProtocol

@Suite(.timeLimit(.minutes(5))) struct HTTPResponseTests {
  private func encoded(
    _ response: HTTPResponse, keepAlive: Bool = true, headOnly: Bool = false, date: String? = nil
  ) -> String {
    var output = Array("before ".utf8)
    response.encode(into: &output, keepAlive: keepAlive, headOnly: headOnly, date: date)
    return String(decoding: output, as: UTF8.self).replacing("\r\n", with: "\n")
  }

  @Test func appendsHeadAndBody() {
    let response = HTTPResponse(
      .created, json: Array("{}".utf8), headers: [HTTPResponse.Field(name: "Location", value: "/a")])
    #expect(
      encoded(response, date: "Sun, 06 Nov 1994 08:49:37 GMT") == """
        before HTTP/1.1 201 Created
        Content-Type: application/json
        Location: /a
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 2
        Connection: keep-alive

        {}
        """)
  }

  @Test func headOnlyTellsTheLengthAndLeavesTheBodyOut() {
    let response = HTTPResponse(.ok, body: Array("hello".utf8))
    #expect(
      encoded(response, keepAlive: false, headOnly: true)
        == "before HTTP/1.1 200 OK\nContent-Length: 5\nConnection: close\n\n")
  }

  @Test func noLengthWhereThereIsNoContent() {
    #expect(
      encoded(HTTPResponse(.noContent)) == "before HTTP/1.1 204 No Content\nConnection: keep-alive\n\n")
    #expect(encoded(HTTPResponse(.switchingProtocols)) == "before HTTP/1.1 101 Switching Protocols\n\n")
    #expect(encoded(HTTPResponse(.ok)).contains("Content-Length: 0\n"))
    #expect(HTTPResponse.continue == wire("HTTP/1.1 100 Continue\n\n"))
  }

  @Test func noValueEndsItsLine() {
    let response = HTTPResponse(
      .ok, headers: [HTTPResponse.Field(name: "A", value: "b\r\nSet-Cookie: c\0é")])
    #expect(encoded(response).contains("\nA: b  Set-Cookie: c é\n"))
  }

  @Test func decimals() {
    for number in [0, 7, 10, 909, 65536, Int.max, Int.min, -1] {
      var output: [UInt8] = [120]
      output.append(decimal: number)
      #expect(String(decoding: output, as: UTF8.self) == "x\(number)")
    }
  }

  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
    (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
    (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"), (1_795_410_000, "Mon, 23 Nov 2026 05:00:00 GMT"),
    (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    (-1, "Thu, 01 Jan 1970 00:00:00 GMT"), (Int.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
  ])
  func dates(seconds: Int, text: String) {
    #expect(HTTPDate.format(secondsSinceEpoch: seconds) == text)
  }

  @Test func contentInPartsIsFramedForItsClient() {
    var bytes: [UInt8] = []
    HTTPResponse(.ok).encode(into: &bytes, keepAlive: true, framing: .chunked)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n")
    bytes = []
    HTTPFraming.chunked.encode(Array("0123456789abcdefg".utf8), isLast: false, into: &bytes)
    HTTPFraming.chunked.encode([], isLast: false, into: &bytes)
    HTTPFraming.chunked.encode(Array("h".utf8), isLast: true, into: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == "11\r\n0123456789abcdefg\r\n1\r\nh\r\n0\r\n\r\n")
    bytes = []
    HTTPResponse(.ok).encode(into: &bytes, keepAlive: false, framing: .untilClose)
    HTTPFraming.untilClose.encode(Array("a".utf8), isLast: true, into: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\na")
  }
}
