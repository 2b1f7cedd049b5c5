/// Which web pages may ask for more than to read, and which may read. Browsers let any page try, and leave
/// the decision to the server, which is told the page's origin (RFC 6455 §10.2, Fetch §3.2); whatever is no
/// browser sends none.
public struct OriginPolicy: Sendable {
  /// In lower case.
  private let allowed: [String]
  /// A page of a name that the server does not answer to is never its own.
  public let hosts: HostPolicy

  public init(allowed: [String], hosts: HostPolicy) {
    self.allowed = allowed
    self.hosts = hosts
  }

  /// `origins`: the values of the request's `Origin` fields. `host`: whom the request was sent to.
  public func permits(_ origins: [String], host: String) -> Bool {
    guard let origin = origins.first?.lowercased() else { return true }
    if origins.count > 1 { return false }
    return allowed.contains(origin) || isOwn(origin, host: host.lowercased())
  }

  /// Whether a request that may change something may come from where it says it comes from.
  public func permitsChange(_ request: HTTPRequest) -> Bool {
    if allowedOrigin(of: request) != nil { return true }
    guard permits(request.headers.all("origin"), host: request.host) else { return false }
    // What a browser says of a request without Origin (Fetch Metadata §2.3). Another value is not for us to
    // judge.
    let site = request.headers["sec-fetch-site"]?.lowercased()
    return site != "cross-site" && site != "same-site"
  }

  /// The request's origin as its browser writes it, if that was allowed.
  private func allowedOrigin(of request: HTTPRequest) -> String? {
    if allowed.isEmpty { return nil }
    let origins = request.headers.all("origin")
    guard origins.count == 1, let origin = origins.first, allowed.contains(origin.lowercased()) else {
      return nil
    }
    return origin
  }

  /// The server knows nothing of a proxy that speaks TLS for it: either scheme is its own.
  private func isOwn(_ origin: String, host: String) -> Bool {
    for (scheme, port) in [("http://", ":80"), ("https://", ":443")] where origin.hasPrefix(scheme) {
      return !host.isEmpty
        && Self.without(port, origin.dropFirst(scheme.count)) == Self.without(port, host[...])
        && hosts.permits(host)
    }
    return false
  }

  private static func without(_ port: String, _ authority: Substring) -> Substring {
    authority.hasSuffix(port) ? authority.dropLast(port.count) : authority
  }
}

/// Cross-origin resource sharing (Fetch §3.2): tells a browser which pages may read the answers. It is never
/// everybody, and no credentials come with such a request.
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

  /// The answer to a browser that asks before it sends a page's request, or nil if this is no such question.
  /// `methods`: those served at the path.
  public func preflight(_ request: HTTPRequest, methods: @autoclosure () -> [String]) -> HTTPResponse? {
    guard request.method == .options, request.headers["access-control-request-method"] != nil,
      allowedOrigin(of: request) != nil
    else { return nil }
    let methods = methods()
    if methods.isEmpty { return nil }
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
