import Testing

@testable import HTTPProtocol

@Suite(.timeLimit(.minutes(5))) struct HTTPRequestParserTests {
  @Test func readsAPost() throws {
    let text = """
      POST /messages?room=a%20b&x=1+2 HTTP/1.1
      Host: localhost:8000
      User-Agent: curl/8.5.0
      content-TYPE:  Application/JSON ; charset=utf-8\t
      Content-Length: 16

      {"text":"hello"}
      """
    let post = try #require(request(text))
    #expect(post.method == .post)
    #expect(post.path == "/messages")
    #expect(post.query["room"] == "a b")
    #expect(post.query["x"] == "1 2")
    #expect(post.version == .http11)
    #expect(post.headers["CONTENT-type"] == "Application/JSON ; charset=utf-8")
    #expect(post.hasContent(of: "application/json"))
    #expect(post.headers["accept"] == nil)
    #expect(post.host == "localhost:8000")
    #expect(post.body == Array(#"{"text":"hello"}"#.utf8))
    #expect(post.keepAlive && post.hasBody && !post.expectsContinue)
  }

  @Test func methodsAreCaseSensitiveTokens() {
    let names = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]
    let methods: [HTTPMethod] = [.get, .head, .post, .put, .delete, .options, .patch, .trace]
    for (name, method) in zip(names, methods) {
      #expect(request("\(name) / HTTP/1.1\nHost: x\n\n")?.method == method)
      #expect(method.name == name)
    }
    #expect(request("get / HTTP/1.1\nHost: x\n\n")?.method == .other("get"))
    #expect(request("M!#$%&'*+-.^_`|~9z / HTTP/1.1\nHost: x\n\n")?.method.name == "M!#$%&'*+-.^_`|~9z")
    for byte in UInt8.min...UInt8.max where !"!#$%&'*+-.^_`|~\r\n".utf8.contains(byte) {
      let isWord = Character(UnicodeScalar(byte)).isASCII && Character(UnicodeScalar(byte)).isLetter
      let outcome = HTTPFeed.whole([byte, 65] + wire(" / HTTP/1.1\nHost: x\n\n"))
      #expect((outcome.failure == nil) == (isWord || ASCII.isDigit(byte)), "first byte \(byte)")
    }
  }

  @Test(arguments: [
    "GET\n\n", "GET /\n\n", "GET / \n\n", "GET  / HTTP/1.1\n\n", "GET /  HTTP/1.1\n\n", "GET / HTTP/1.1 \n\n",
    " GET / HTTP/1.1\n\n", "GET\t/ HTTP/1.1\n\n", "GET / HTTP/1\n\n", "GET / HTTP/11\n\n",
    "GET / HTTP/1.10\n\n",
    "GET / http/1.1\n\n", "GET / HTTP/a.1\n\n", "GET / HTTP/1.x\n\n", "GET / HTTP/1,1\n\n",
    "GE(T / HTTP/1.1\n\n",
    "GET /a b HTTP/1.1\n\n", "\u{16}\u{3}\u{1}", "hello\n",
  ])
  func refusesARequestLine(_ text: String) {
    #expect(refusal(text) == 400)
  }

  @Test func versions() {
    #expect(request("GET / HTTP/1.0\n\n")?.version == .http10)
    #expect(request("GET / HTTP/1.9\nHost: x\n\n")?.version == .http11)
    #expect(refusal("GET / HTTP/2.0\nHost: x\n\n") == 505)
    #expect(refusal("GET / HTTP/0.9\nHost: x\n\n") == 505)
    #expect(refusal("PRI * HTTP/2.0\n\nSM\n\n") == 505)
  }

  @Test func emptyLinesBeforeTheRequestLine() {
    #expect(request("\n\nGET / HTTP/1.1\nHost: x\n\n") != nil)
    #expect(request("\n\n\n\nGET / HTTP/1.1\nHost: x\n\n") != nil)
    #expect(refusal("\n\n\n\n\nGET / HTTP/1.1\nHost: x\n\n") == 400)
  }

  @Test func aBareLineFeedEndsALineAndABareCarriageReturnIsRefused() {
    let lines = Array("GET / HTTP/1.1\nHost: x\nA: b\n\n".utf8)
    #expect(HTTPFeed.whole(lines).requests.count == 1)
    for text in [
      "GET / HTTP/1.1\r\r\nHost: x\r\n\r\n", "GET /\r HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\r\n\r\n",
      "GET / HTTP/1.1\rHost: x\r\n\r\n", "GET / HTTP/1.1\r\nA\r: b\r\nHost: x\r\n\r\n",
    ] {
      #expect(HTTPFeed.whole(Array(text.utf8)).failure?.status == .badRequest, "\(text.debugDescription)")
    }
  }

  @Test func pipelinedRequestsComeInOrder() {
    let text =
      "GET /a HTTP/1.1\nHost: x\n\nPOST /b HTTP/1.1\nHost: x\nContent-Length: 2\n\nhiGET /c HTTP/1.1\nHos"
    let outcome = HTTPFeed.whole(wire(text))
    #expect(outcome.requests.map(\.path) == ["/a", "/b"])
    #expect(outcome.requests.map(\.body) == [[], Array("hi".utf8)])
    #expect(outcome.rest == wire("GET /c HTTP/1.1\nHos"))
  }

  @Test(arguments: [
    ("1.1", "", true), ("1.1", "Connection: close\n", false), ("1.1", "Connection: Foo, CLOSE\n", false),
    ("1.1", "Connection: foo\nConnection: close\n", false), ("1.1", "Connection: closed\n", true),
    ("1.0", "", false), ("1.0", "Connection: keep-alive\n", true),
    ("1.0", "Connection: , Keep-Alive\n", true),
    ("1.0", "Connection: keep-alive, close\n", false),
  ])
  func keepAlive(version: String, fields: String, expected: Bool) {
    #expect(request("GET / HTTP/\(version)\nHost: x\n\(fields)\n")?.keepAlive == expected)
  }

  @Test func aFailureStays() {
    var parser = HTTPRequestParser()
    guard case .failed(let problem) = parser.parse(wire("BAD\n").span).event else {
      Issue.record("not refused")
      return
    }
    #expect(problem.closesConnection)
    let good = wire("GET / HTTP/1.1\nHost: x\n\n")
    let step = parser.parse(good.span)
    guard case .failed(problem) = step.event else {
      Issue.record("went on after a failure")
      return
    }
    #expect(step.consumed == good.count)
  }

  @Test func saysWhatIsPending() throws {
    var feed = HTTPFeed()
    #expect(!feed.parser.isMidRequest)
    feed.receive(wire("POST /a HTTP/1.1\nHo"))
    #expect(feed.parser.isMidRequest && feed.parser.pending == nil)
    feed.receive(wire("st: x\nContent-Length: 3\n\nab"))
    #expect(feed.parser.pending?.path == "/a")
    #expect(feed.outcome.rest.isEmpty)
    feed.receive(wire("c"))
    #expect(!feed.parser.isMidRequest && feed.parser.pending == nil)
    #expect(feed.outcome.requests.map(\.body) == [Array("abc".utf8)])
  }
}
