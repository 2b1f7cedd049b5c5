/// A request method (RFC 9110 §9); names are case-sensitive.
public enum HTTPMethod: Equatable, Sendable {
  case get, head, post, put, delete, options, patch, trace, connect
  case other(String)

  /// `range` of `bytes` must be a token.
  public init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    for (literal, method) in Self.known where bytes.spells(literal, range) {
      self = method
      return
    }
    self = .other(bytes.text(range))
  }

  /// The name as it stands in the request line.
  public var name: String {
    if case .other(let name) = self { return name }
    for (literal, method) in Self.known where method == self { return literal.description }
    return ""
  }

  /// In the order of how often they are met.
  private static let known: [(StaticString, HTTPMethod)] = [
    ("POST", .post), ("GET", .get), ("HEAD", .head), ("OPTIONS", .options), ("PUT", .put),
    ("DELETE", .delete), ("PATCH", .patch), ("TRACE", .trace), ("CONNECT", .connect),
  ]
}
