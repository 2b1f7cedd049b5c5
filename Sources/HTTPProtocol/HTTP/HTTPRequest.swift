/// One request, complete.
public struct HTTPRequest: Equatable, Sendable {
  public var method = HTTPMethod.get
  public var target = HTTPTarget()
  public var version = HTTPVersion.http11
  public var headers = HTTPHeaders()
  /// Content with chunked coding removed; trailers are checked and dropped.
  public var body: [UInt8] = []
  /// Whether the connection may carry another request after this one (RFC 9112 §9.3).
  public var keepAlive = true
  /// Whether the client waits for a 100 before it sends the content (RFC 9110 §10.1.1).
  var expectsContinue = false
  /// Whether the request says how long its content is. A POST that does not has none, which is what 411 is
  /// for.
  public var hasBody = false

  public var path: String { target.path }
  public var query: HTTPQuery { target.query }

  /// Whom the client believes to be talking to, with the port if it names one (RFC 9112 §3.2.2, §3.2.3).
  public var host: String { target.authority ?? headers["host"] ?? "" }

  /// Whether the `Content-Type`, its parameters aside, is `expected`, which is in lower case (RFC 9110
  /// §8.3.1).
  public func hasContent(of expected: StaticString) -> Bool {
    guard var type = headers["content-type"] else { return false }
    return type.withUTF8 { type in
      var essence = type.prefix { $0 != UInt8(ascii: ";") }
      while let last = essence.last, ASCII.isBlank(last) { essence.removeLast() }
      let lowercased = essence.lazy.map(ASCII.lowercased)
      return expected.withUTF8Buffer { lowercased.elementsEqual($0) }
    }
  }
}

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

/// The versions this server speaks. A later 1.x counts as 1.1 (RFC 9110 §2.5).
public enum HTTPVersion: Equatable, Sendable {
  case http10, http11
}
