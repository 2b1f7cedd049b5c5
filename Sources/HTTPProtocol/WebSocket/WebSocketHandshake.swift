/// The server's half of the opening handshake (RFC 6455 §4.2).
public enum WebSocketHandshake {
  /// Whether the request wants to leave HTTP for WebSocket at all.
  static func isAsked(by request: HTTPRequest) -> Bool { request.headers.lists("websocket", in: "upgrade") }

  /// The 101 for `request`; throws 400, 405 or 426. No subprotocol and no extension is ever agreed to.
  public static func accept(_ request: HTTPRequest) throws(Problem) -> HTTPResponse {
    // RFC 6455 §4.2.1: a GET of HTTP/1.1.
    guard request.method == .get else { throw .methodNotAllowed(request.method.name, allow: "GET") }
    guard isAsked(by: request), request.headers.lists("upgrade", in: "connection") else {
      throw .upgradeRequired("This is a WebSocket; send Upgrade: websocket and Connection: Upgrade.")
    }
    guard request.version == .http11 else { throw .malformed("A WebSocket begins with HTTP/1.1.") }
    let versions = request.headers.all("sec-websocket-version")
    guard versions == ["13"] else { throw .upgradeRequired("The only Sec-WebSocket-Version is 13.") }
    let keys = request.headers.all("sec-websocket-key")
    guard keys.count == 1, let key = keys.first, Base64.encodesSixteenBytes(key.utf8) else {
      throw .malformed("Sec-WebSocket-Key must be 16 bytes in Base64, once.")
    }
    return HTTPResponse(
      .switchingProtocols,
      headers: [
        HTTPResponse.Field(name: "Upgrade", value: "websocket"),
        HTTPResponse.Field(name: "Connection", value: "Upgrade"),
        HTTPResponse.Field(name: "Sec-WebSocket-Accept", value: answer(to: key)),
      ])
  }

  /// The value of `Sec-WebSocket-Accept` (RFC 6455 §4.2.2, step 5.4).
  public static func answer(to key: String) -> String {
    Base64.encode(SHA1.digest(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
  }
}

/// Base64 with padding (RFC 4648 §4).
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
      for place in 0..<4 {
        let sextet = Int(bits >> (18 - 6 * UInt32(place)) & 63)
        text.append(place <= group.count ? alphabet[sextet] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether `text` is the encoding of exactly 16 bytes: 22 letters of the alphabet and two pads. The four
  /// bits that are left over may be anything, as in many clients.
  fileprivate static func encodesSixteenBytes(_ text: some Collection<UInt8>) -> Bool {
    text.count == 24 && text.prefix(22).allSatisfy(alphabet.contains)
      && text.suffix(2).allSatisfy { $0 == UInt8(ascii: "=") }
  }
}
