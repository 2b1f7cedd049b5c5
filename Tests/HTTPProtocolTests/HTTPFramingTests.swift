import Testing

@testable import HTTPProtocol

/// How a request's fields decide where it ends (RFC 9112 §6), and the fields that must be refused.
@Suite(.timeLimit(.minutes(5))) struct HTTPFramingTests {
  /// A POST with these fields beside `Host`, and what follows the head.
  private func post(_ fields: String, _ content: String = "") -> String {
    "POST / HTTP/1.1\nHost: x\n\(fields)\n\(content)"
  }

  @Test func contentLength() {
    #expect(request(post("Content-Length: 3\n", "abc"))?.body == Array("abc".utf8))
    #expect(request(post("content-length:\t003 \n", "abc"))?.body == Array("abc".utf8))
    #expect(request(post("Content-Length: 0\n"))?.hasBody == true)
    #expect(request(post(""))?.hasBody == false)
    #expect(request("GET / HTTP/1.1\nHost: x\nContent-Length: 1\n\na")?.body == [97])
  }

  @Test(arguments: [
    "", "+3", "-1", "3,3", "3, 3", "0x3", "3 3", "three", "3.0", "٣", "9223372036854775808",
    "99999999999999999999999", "18446744073709551619",
  ])
  func refusesAContentLength(_ value: String) {
    #expect(refusal(post("Content-Length: \(value)\n", "abc")) == 400)
  }

  @Test func refusesTwoLengths() {
    #expect(refusal(post("Content-Length: 3\nContent-Length: 3\n", "abc")) == 400)
    #expect(refusal(post("Content-Length: 3\nContent-Length: 4\n", "abcd")) == 400)
    #expect(refusal(post("Content-Length: 3\nTransfer-Encoding: chunked\n", "0\n\n")) == 400)
    #expect(refusal(post("Transfer-Encoding: chunked\nContent-Length: 5\n", "0\n\n")) == 400)
    #expect(refusal(post("Transfer-Encoding: gzip\nContent-Length: 5\n", "")) == 400)
  }

  @Test(arguments: ["gzip", "gzip, chunked", "chunked, chunked", "chunked;q=1", "identity", "", "xchunked"])
  func refusesATransferEncoding(_ value: String) {
    #expect(refusal(post("Transfer-Encoding: \(value)\n", "0\n\n")) == 501)
  }

  @Test func transferEncodingOnceAndNotInHTTP10() {
    #expect(refusal(post("Transfer-Encoding: chunked\nTransfer-Encoding: chunked\n", "0\n\n")) == 501)
    #expect(refusal(post("Transfer-Encoding: gzip\nTransfer-Encoding: chunked\n", "0\n\n")) == 501)
    #expect(refusal("POST / HTTP/1.0\nTransfer-Encoding: chunked\n\n0\n\n") == 400)
    #expect(request(post("Transfer-Encoding: CHUNKED\n", "0\n\n"))?.hasBody == true)
  }

  @Test(arguments: [
    ("3\nabc\n0\n\n", "abc"), ("1\na\n2\nbc\n0\n\n", "abc"), ("0\n\n", ""), ("000\n\n", ""),
    ("03;x=1;y=\"q\"\nabc\n0;last\n\n", "abc"), ("3 ;x\nabc\n0\n\n", "abc"), ("3\t\nabc\n0\n\n", "abc"),
    ("a\n0123456789\n0\n\n", "0123456789"), ("A\n0123456789\n00\nX: y\nZ:\n\n", "0123456789"),
    ("3\n0\n\n0\n\n", "0\r\n"),
  ])
  func chunked(content: String, body: String) {
    // In the last case the three bytes of the chunk are `0 CR LF`.
    let outcome = HTTPFeed.whole(wire(post("Transfer-Encoding: chunked\n", content)))
    #expect(outcome.requests.map(\.body) == [Array(body.utf8)])
    #expect(outcome.rest.isEmpty && outcome.failure == nil)
  }

  @Test(arguments: [
    "g\n", "\n", ";x\n", "-1\n", "+1\n", "0x1\na\n", "1 1\na\n", "1a\u{0}\n", "1;a\u{1}b\na\n", "3\nabcd\n",
    "3\nabc0\n\n",
    "10000000000000000\n", "ffffffffffffffff\n", "8000000000000000\n", "fffffffffffffffffffffffffff\n",
    "0\nno colon\n\n", "0\n folded: x\n\n", "0\nX : y\n\n", "0\n: y\n\n", "0\nX: \u{0}\n\n",
  ])
  func refusesChunks(_ content: String) {
    #expect(refusal(post("Transfer-Encoding: chunked\n", content)) == 400)
  }

  @Test(arguments: [
    "3\nabc\r\n0\r\n\r\n", "3\r\nabc\n0\r\n\r\n", "3\r\nabc\r\n0\n\r\n", "3;x\nabc\r\n0\r\n\r\n",
    "3\r\r\nabc\r\n0\r\n\r\n",
    "3\r\nabc\r0\r\n\r\n", "3\rx\r\nabc\r\n0\r\n\r\n",
  ])
  func refusesABareLineFeedBetweenChunks(_ content: String) {
    let head = wire(post("Transfer-Encoding: chunked\n"))
    #expect(HTTPFeed.whole(head + content.utf8).failure?.status == .badRequest)
  }

  @Test func trailersMayEndWithABareLineFeed() {
    let head = wire(post("Transfer-Encoding: chunked\n"))
    #expect(HTTPFeed.whole(head + Array("0\r\nX: y\n\n".utf8)).requests.count == 1)
  }

  @Test func host() {
    #expect(refusal("GET / HTTP/1.1\n\n") == 400)
    #expect(refusal("GET / HTTP/1.1\nHost: a\nhOST: a\n\n") == 400)
    #expect(refusal("GET / HTTP/1.0\nHost: a\nHost: a\n\n") == 400)
    for bad in ["a/b", "a b", "user@a", "a?b", "é", "a\"b"] {
      #expect(refusal("GET / HTTP/1.1\nHost: \(bad)\n\n") == 400, "\(bad)")
    }
    for good in ["", "a", "a:80", "[::1]:8000", "127.0.0.1", "xn--e1a.example", "a_b"] {
      #expect(request("GET / HTTP/1.1\nHost: \(good)\n\n")?.host == good)
    }
    #expect(request("GET / HTTP/1.0\n\n")?.host == "")
  }

  @Test(arguments: [
    "Name : value\n", "Name\t: value\n", ": value\n", "no colon\n", "Na me: x\n", "Näme: x\n",
    "A: b\n folded\n",
    "A: b\n\tfolded\n", "A: b\u{0}c\n", "A: b\u{7f}c\n", "A: \u{1b}[31m\n", "(A): b\n",
  ])
  func refusesAField(_ field: String) {
    #expect(refusal(post(field)) == 400)
    #expect(refusal("GET / HTTP/1.1\n\(field)Host: x\n\n") == 400)
  }

  @Test func aFoldBehindTheRequestLineIsRefused() {
    #expect(refusal("GET / HTTP/1.1\n Host: x\n\n") == 400)
  }

  @Test func fieldValues() {
    let get = request("GET / HTTP/1.1\nHost: x\nA:\nB: \t two words\té \t\nb:third\n\n")
    #expect(get?.headers["a"] == "")
    #expect(get?.headers["b"] == "two words\té")
    #expect(get?.headers.all("B") == ["two words\té", "third"])
    #expect(get?.headers.fields.count == 4)
  }

  @Test func expectContinueIsAskedForOnce() {
    var feed = HTTPFeed()
    feed.receive(wire(post("Expect: 100-Continue\nContent-Length: 2\n")))
    #expect(feed.continues == 1)
    feed.receive([])
    feed.receive([97])
    feed.receive([98])
    #expect(feed.continues == 1)
    #expect(feed.outcome.requests.map(\.body) == [[97, 98]])
    #expect(feed.outcome.requests.first?.expectsContinue == true)
    feed.receive(wire(post("Expect: 100-continue\nTransfer-Encoding: chunked\n")))
    #expect(feed.continues == 2)
  }

  @Test(arguments: [
    "Expect: 100-continue\nContent-Length: 2\n\na", "Expect: 100-continue\nContent-Length: 2\n\nab",
    "Expect: 100-continue\nContent-Length: 0\n\n", "Expect: 100-continue\n\n",
    "Expect: 100-continue\nTransfer-Encoding: chunked\n\n1",
  ])
  func noContinueWhereContentHasComeOrNoneWill(_ rest: String) {
    var feed = HTTPFeed()
    feed.receive(wire("POST / HTTP/1.1\nHost: x\n\(rest)"))
    #expect(feed.continues == 0 && feed.outcome.failure == nil)
    feed.receive([])
    #expect(feed.continues == 0)
  }

  @Test func otherExpectations() {
    #expect(refusal(post("Expect: 200-ok\n")) == 417)
    #expect(refusal(post("Expect:\n")) == 417)
    // HTTP/1.0 has no expectations (RFC 9110 §10.1.1).
    #expect(request("GET / HTTP/1.0\nExpect: 100-continue\n\n")?.expectsContinue == false)
    // A request that is refused is not asked for its content first.
    #expect(refusal(post("Expect: 100-continue\nContent-Length: 65537\n")) == 413)
  }
}
