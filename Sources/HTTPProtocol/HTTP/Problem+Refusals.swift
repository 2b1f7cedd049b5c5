/// Each refusal of the HTTP side, in one place.
extension Problem {
  public static func malformed(_ detail: String) -> Problem { Problem(.badRequest, detail) }

  public static func forbidden(_ detail: String) -> Problem { Problem(.forbidden, detail) }

  public static func notFound(_ path: String) -> Problem {
    Problem(.notFound, "There is nothing at \(path).")
  }

  /// `allow`: the methods that are served there, like `GET, HEAD`.
  public static func methodNotAllowed(_ method: String, allow: String) -> Problem {
    Problem(.methodNotAllowed, "\(method) is not served here; allowed: \(allow).").with("Allow", allow)
  }

  public static var timeout: Problem {
    Problem(.requestTimeout, "The request did not arrive completely in time.").closing
  }

  public static var lengthRequired: Problem {
    Problem(.lengthRequired, "Send Content-Length or Transfer-Encoding: chunked.")
  }

  public static func contentTooLarge(limit: Int) -> Problem {
    Problem(.contentTooLarge, "The content is longer than \(limit) bytes.")
  }

  static func targetTooLong(limit: Int) -> Problem {
    Problem(.uriTooLong, "The request target is longer than \(limit) bytes.")
  }

  public static var unsupportedMediaType: Problem {
    Problem(.unsupportedMediaType, "Send Content-Type: application/json.").with("Accept", "application/json")
  }

  public static func expectationFailed(_ expectation: String) -> Problem {
    Problem(.expectationFailed, "Expect: \(expectation) is not known; only 100-continue is.")
  }

  /// The request is well formed, but `field` may not be so.
  public static func invalid(_ field: String, _ detail: String) -> Problem {
    Problem(.unprocessableContent, detail, field: field)
  }

  /// A request for a WebSocket path that does not ask for version 13 (RFC 6455 §4.2.2, RFC 9110 §15.5.22). `Upgrade`
  /// must be named by `Connection` (RFC 9110 §7.8); that `encode` adds a line of its own to that list is allowed.
  public static func upgradeRequired(_ detail: String) -> Problem {
    Problem(.upgradeRequired, detail).with("Upgrade", "websocket").with("Connection", "Upgrade")
      .with("Sec-WebSocket-Version", "13")
  }

  static func headTooLarge(_ detail: String) -> Problem {
    Problem(.requestHeaderFieldsTooLarge, detail)
  }

  public static var internalError: Problem {
    Problem(.internalServerError, "The server failed at this request; its log says why.")
  }

  public static func notImplemented(_ detail: String) -> Problem { Problem(.notImplemented, detail) }

  /// `retryAfter` in whole seconds.
  public static func unavailable(_ detail: String, code: String? = nil, retryAfter: Int) -> Problem {
    Problem(.serviceUnavailable, detail, code: code).with("Retry-After", "\(retryAfter)")
  }

  /// The connection held most of what all may hold together.
  public static var memoryUsedUp: Problem {
    unavailable(
      "Too much waits for slow clients; send the request again, and all of it at once.", retryAfter: 1
    ).closing
  }

  static var versionNotSupported: Problem {
    Problem(.httpVersionNotSupported, "This server speaks HTTP/1.1 and HTTP/1.0.")
  }
}
