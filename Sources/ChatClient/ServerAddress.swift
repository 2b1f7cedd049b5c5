/// Where a server's line door is.
package struct ServerAddress: Hashable, Sendable {
  /// A name or an IP address; an IPv6 address without brackets.
  package let host: String
  /// 1–65535.
  package let port: UInt16

  /// An address of these parts.
  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }
}

extension ServerAddress: CustomStringConvertible {
  /// `127.0.0.1:6667` or `[::1]:6667`.
  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
