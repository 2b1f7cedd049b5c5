import Testing

@testable import HTTPProtocol

@Suite(.timeLimit(.minutes(5))) struct WebSocketHandshakeTests {
  static let fields = [
    "Host: x", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
  ]

  /// The handshake with the first field whose name it shares replaced by `field`.
  private func handshake(
    _ replacement: String = "Host: x", line: String = "GET /ws?room=a HTTP/1.1"
  ) throws -> Result<HTTPResponse, Problem> {
    let name = replacement.prefix { $0 != ":" }
    let fields = Self.fields.map { $0.hasPrefix("\(name):") ? replacement : $0 }
    let parsed = try #require(request("\(line)\n\(fields.joined(separator: "\n"))\n\n"))
    return Result { () throws(Problem) in try WebSocketHandshake.accept(parsed) }
  }

  private func refusal(_ replacement: String, line: String = "GET / HTTP/1.1") throws -> Int? {
    if case .failure(let problem) = try handshake(replacement, line: line) {
      problem.status.code
    } else {
      nil
    }
  }

  /// RFC 6455 §1.3.
  @Test func exampleOfTheRFC() throws {
    var output: [UInt8] = []
    try handshake().get().encode(into: &output, keepAlive: true)
    #expect(
      output
        == wire(
          """
          HTTP/1.1 101 Switching Protocols
          Upgrade: websocket
          Connection: Upgrade
          Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=


          """))
  }

  @Test(arguments: [
    "Upgrade: WebSocket", "Upgrade: h2c, websocket", "Connection: keep-alive, Upgrade", "Connection: upgrade",
    "Upgrade: websocket\nSec-WebSocket-Protocol: chat\nSec-WebSocket-Extensions: permessage-deflate",
  ])
  func accepts(_ field: String) throws {
    #expect(try refusal(field) == nil)
  }

  @Test(arguments: [
    ("Upgrade: h2c", 426), ("Upgrade: websockets", 426), ("Connection: keep-alive", 426), ("Upgrade:", 426),
    ("Sec-WebSocket-Version: 8", 426), ("Sec-WebSocket-Version: 13, 8", 426), ("Sec-WebSocket-Version:", 426),
    ("Sec-WebSocket-Version: 13\nSec-WebSocket-Version: 8", 426), ("Sec-WebSocket-Key:", 400),
    ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ", 400), ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ===", 400),
    ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQE=", 400),
    ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25-ZQ==", 400),
    ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", 400),
  ])
  func refuses(field: String, status: Int) throws {
    #expect(try refusal(field) == status)
  }

  @Test func wantsAGetOfHTTP11() throws {
    #expect(try refusal("Host: x", line: "GET / HTTP/1.0") == 400)
    #expect(try refusal("Host: x", line: "POST / HTTP/1.1") == 405)
  }

  @Test func a426NamesWhatIsSpoken() throws {
    guard case .failure(let problem) = try handshake("Sec-WebSocket-Version: 8") else {
      Issue.record("not refused")
      return
    }
    #expect(
      problem.headers == [
        HTTPResponse.Field(name: "Upgrade", value: "websocket"),
        HTTPResponse.Field(name: "Connection", value: "Upgrade"),
        HTTPResponse.Field(name: "Sec-WebSocket-Version", value: "13"),
      ])
  }

  @Test func isAsked() {
    #expect(
      WebSocketHandshake.isAsked(
        by: request("GET / HTTP/1.1\nHost: x\nUpgrade: a, WebSocket\n\n") ?? HTTPRequest()))
    #expect(!WebSocketHandshake.isAsked(by: request("GET / HTTP/1.1\nHost: x\n\n") ?? HTTPRequest()))
  }

  /// RFC 3174 §7.3, RFC 3174's empty neighbours by FIPS 180 examples.
  @Test(arguments: [
    ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
  ])
  func sha1(message: String, digest: String) { #expect(hexDigest(of: message) == digest) }

  @Test func sha1OfLongMessages() {
    // Not as arguments: those are printed.
    #expect(
      hexDigest(of: String(repeating: "a", count: 1_000_000)) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f")
    let digits = String(repeating: "01234567", count: 80)
    #expect(hexDigest(of: digits) == "dea356a2cddd90c7a7ecedc5ebb563934f460452")
  }

  private func hexDigest(of message: String) -> String {
    let bytes = SHA1.digest(Array(message.utf8))
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// RFC 4648 §10.
  @Test func base64() {
    let expected = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]
    for (count, text) in expected.enumerated() {
      #expect(Base64.encode(Array("foobar".utf8.prefix(count))) == text)
    }
    #expect(Base64.encode([0xfb, 0xff, 0xfe]) == "+//+")
    #expect(Base64.encode([UInt8](repeating: 0, count: 20)).utf8.count == 28)
  }
}
