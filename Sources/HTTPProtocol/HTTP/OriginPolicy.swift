/// Which web pages may ask for more than to read, and which may read. Browsers let any page try, and leave the decision to the server,
/// which is told the page's origin (RFC 6455 §10.2, Fetch §3.2); whatever is no browser sends none.
public struct OriginPolicy: Sendable {
  /// In lower case.
  let allowed: [String]
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
    // What a browser says of a request without Origin (Fetch Metadata §2.3). Another value is not for us to judge.
    let site = request.headers["sec-fetch-site"]?.lowercased()
    return site != "cross-site" && site != "same-site"
  }

  /// The request's origin as its browser writes it, if that was allowed.
  func allowedOrigin(of request: HTTPRequest) -> String? {
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
