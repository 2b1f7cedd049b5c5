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
  /// Whether the connection must be closed after the answer, because where the next request begins is not known.
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
