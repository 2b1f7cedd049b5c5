/// A refusal, as it is thrown inside and as it is told to the client: `application/problem+json` (RFC 9457).
public struct Problem: Error, Equatable, Sendable {
  public var status: HTTPStatus
  /// What was wrong and what would be right, one sentence for a person.
  public var detail: String
  /// The member of the body or the query parameter at fault.
  public var field: String?
  /// A word for programs where the status alone does not decide what to do, like `outcome-unknown`.
  public var code: String?
  /// HTML that says it to a person with a browser, in place of the JSON.
  public var page: String?
  public var headers: [HTTPResponse.Field] = []
  /// Whether the connection must be closed after the answer, because where the next request begins is not
  /// known.
  public var closesConnection = false

  public init(_ status: HTTPStatus, _ detail: String, field: String? = nil, code: String? = nil) {
    self.status = status
    self.detail = detail
    self.field = field
    self.code = code
  }

  /// The same, and the connection is to be closed.
  public var closing: Problem {
    var copy = self
    copy.closesConnection = true
    return copy
  }

  /// The same, with a header field in the answer.
  public func with(_ name: String, _ value: String) -> Problem {
    var copy = self
    copy.headers.append(HTTPResponse.Field(name: name, value: value))
    return copy
  }

  /// `type` is left at `about:blank`, so `title` is the reason phrase (RFC 9457 §4.2.1).
  public var response: HTTPResponse {
    var response =
      page.map { HTTPResponse(status, headers: HTMLPage.headers, body: Array($0.utf8)) } ?? jsonResponse
    response.headers += headers
    response.closesConnection = closesConnection
    return response
  }

  private var jsonResponse: HTTPResponse {
    var json = JSONWriter()
    json.beginObject()
    json.field("type", "about:blank")
    json.field("title", status.reason.description)
    json.field("status", status.code)
    json.field("detail", detail)
    if let field { json.field("field", field) }
    if let code { json.field("code", code) }
    json.endObject()
    let type = HTTPResponse.Field(name: "Content-Type", value: "application/problem+json")
    return HTTPResponse(status, headers: [type], body: json.bytes)
  }
}

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

  /// A request for a WebSocket path that does not ask for version 13 (RFC 6455 §4.2.2, RFC 9110 §15.5.22).
  /// `Upgrade` must be named by `Connection` (RFC 9110 §7.8); that `encode` adds a line of its own to that
  /// list is allowed.
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
