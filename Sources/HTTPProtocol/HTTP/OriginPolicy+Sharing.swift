/// Cross-origin resource sharing (Fetch §3.2): tells a browser which pages may read the answers. It is never everybody, and no
/// credentials come with such a request.
extension OriginPolicy {
  /// What every answer to `request` says about that; nothing if no origin was allowed.
  public func sharing(with request: HTTPRequest) -> [HTTPResponse.Field] {
    if allowed.isEmpty { return [] }
    // Also where the page may not read: a cache must not give it what another one got (Fetch §3.2.5).
    let vary = HTTPResponse.Field(name: "Vary", value: "Origin")
    guard let origin = allowedOrigin(of: request) else { return [vary] }
    return [
      HTTPResponse.Field(name: "Access-Control-Allow-Origin", value: origin),
      HTTPResponse.Field(name: "Access-Control-Expose-Headers", value: "Location, Retry-After"), vary,
    ]
  }

  /// The answer to a browser that asks before it sends a page's request, or nil if this is no such question. `methods`: those served
  /// at the path.
  public func preflight(_ request: HTTPRequest, methods: [String]) -> HTTPResponse? {
    guard request.method == .options, request.headers["access-control-request-method"] != nil,
      allowedOrigin(of: request) != nil, !methods.isEmpty
    else { return nil }
    return HTTPResponse(
      .noContent,
      headers: [
        HTTPResponse.Field(name: "Access-Control-Allow-Methods", value: methods.joined(separator: ", ")),
        HTTPResponse.Field(
          name: "Access-Control-Allow-Headers",
          value: "Content-Type, Idempotency-Key, Last-Event-ID, Authorization"),
        HTTPResponse.Field(name: "Access-Control-Max-Age", value: "600"),
      ])
  }
}
