/// Which web pages may open a WebSocket. Browsers let any page try, and leave the decision to the server, which
/// is told the page's origin (RFC 6455 §10.2); whatever is no browser sends none.
struct OriginPolicy: Sendable {
  /// In lower case.
  let allowed: [String]

  /// `origins`: the values of the request's `Origin` fields. `host`: whom the request was sent to.
  func permits(_ origins: [String], host: String) -> Bool {
    guard let origin = origins.first?.lowercased() else { return true }
    if origins.count > 1 { return false }
    return allowed.contains(origin) || Self.isOwn(origin, host: host.lowercased())
  }

  /// The server knows nothing of a proxy that speaks TLS for it: either scheme is its own.
  private static func isOwn(_ origin: String, host: String) -> Bool {
    for (scheme, port) in [("http://", ":80"), ("https://", ":443")] where origin.hasPrefix(scheme) {
      let own = without(port, host[...])
      return !host.isEmpty && without(port, origin.dropFirst(scheme.count)) == own && isFixed(own)
    }
    return false
  }

  /// An address, or this machine. Any other name can be made to lead here by whoever serves the page (DNS rebinding), so it counts
  /// only if it was allowed.
  private static func isFixed(_ authority: Substring) -> Bool {
    if authority.hasPrefix("[") { return true }
    let name = authority.prefix { $0 != ":" }
    return name == "localhost" || name.hasSuffix(".localhost") || name.allSatisfy { $0.isNumber || $0 == "." }
  }

  private static func without(_ port: String, _ authority: Substring) -> Substring {
    authority.hasSuffix(port) ? authority.dropLast(port.count) : authority
  }
}
