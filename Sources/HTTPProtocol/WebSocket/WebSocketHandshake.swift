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
