/// One request, complete.
struct HTTPRequest: Equatable, Sendable {
  var method = HTTPMethod.get
  var target = HTTPTarget()
  var version = HTTPVersion.http11
  var headers = HTTPHeaders()
  /// Content with chunked coding removed; trailers are checked and dropped.
  var body: [UInt8] = []
  /// Whether the connection may carry another request after this one (RFC 9112 §9.3).
  var keepAlive = true
  /// Whether the client waits for a 100 before it sends the content (RFC 9110 §10.1.1).
  var expectsContinue = false
  /// Whether the request says how long its content is. A POST that does not has none, which is what 411 is for.
  var hasBody = false

  var path: String { target.path }
  var query: HTTPQuery { target.query }

  /// Whom the client believes to be talking to, with the port if it names one (RFC 9112 §3.2.2, §3.2.3).
  var host: String { target.authority ?? headers["host"] ?? "" }

  /// The `Content-Type` in lower case and without parameters, or nil.
  var mediaType: String? {
    guard let type = headers["content-type"] else { return nil }
    let essence = type.utf8.prefix { $0 != UInt8(ascii: ";") }
    return String(decoding: essence.map(ASCII.lowercased).filter { !ASCII.isBlank($0) }, as: UTF8.self)
  }
}
