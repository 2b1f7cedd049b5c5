import Glibc

/// Which names the server answers to.
///
/// Whoever serves a web page can make the page's own name lead here (DNS rebinding). The browser then lets
/// the page ask and read as if this were its own server, and only `Host` still tells whose name it is. So
/// what others can own is answered only if it was allowed.
public struct HostPolicy: Sendable {
  /// In lower case and without a dot at the end.
  private let names: Set<String>

  /// `names`: what the server is called besides what it always answers to.
  public init(names: some Sequence<String>) { self.names = Set(names.map { Self.canonical($0[...]) }) }

  /// `authority`: whom a request is for, with a port or without. No browser leaves it out, but HTTP/1.0 may
  /// (RFC 9112 §3.2).
  public func permits(_ authority: String) -> Bool {
    if authority.isEmpty { return true }
    guard let authority = Authority(authority) else { return false }
    return authority.isBracketed ? Self.isIPv6(authority.host) : permits(name: authority.host)
  }

  private func permits(name host: Substring) -> Bool {
    let name = Self.canonical(host)
    // RFC 6761 §6.3: localhost and what ends in it lead to the own machine only.
    if name == "localhost" || name.hasSuffix(".localhost") || names.contains(name) { return true }
    return Self.isUnqualified(host) || Self.isIPv4(name)
  }

  /// Whether it has no dot: a name of the local network. With a dot at its end it is a top-level domain, and
  /// those have owners.
  private static func isUnqualified(_ host: Substring) -> Bool {
    !host.isEmpty && !host.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "%") }
  }

  private static func isIPv4(_ host: String) -> Bool {
    var address = in_addr()
    return inet_pton(AF_INET, host, &address) == 1
  }

  /// An address may name its zone behind `%` (RFC 4007 §11).
  private static func isIPv6(_ host: Substring) -> Bool {
    var address = in6_addr()
    return inet_pton(AF_INET6, String(host.prefix { $0 != "%" }), &address) == 1
  }

  private static func canonical(_ name: Substring) -> String {
    (name.hasSuffix(".") ? name.dropLast() : name).lowercased()
  }
}

/// `uri-host [ ":" port ]` (RFC 9110 §7.2), taken apart.
public struct Authority: Equatable, Sendable {
  /// A name or an address; that of IPv6 is without its brackets.
  public let host: Substring
  /// Digits; empty if there is none.
  public let port: Substring
  /// Whether the host stood in brackets.
  fileprivate let isBracketed: Bool

  /// nil for what has not this form.
  public init?(_ text: String) {
    isBracketed = text.hasPrefix("[")
    let after: Substring
    if isBracketed {
      guard let end = text.utf8.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      host = text[..<end].dropFirst()
      after = text[end...].dropFirst()
    } else {
      let end = text.utf8.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
      host = text[..<end]
      after = text[end...]
    }
    port = after.dropFirst()
    guard after.isEmpty || after.first == ":", port.utf8.allSatisfy(ASCII.isDigit) else { return nil }
  }
}
