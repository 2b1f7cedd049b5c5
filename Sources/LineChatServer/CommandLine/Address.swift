/// A place to listen at or to connect to, as written: `HOST:PORT`. Names are resolved where the socket is
/// made.
struct Address: Hashable, Sendable {
  /// A name or an IP address, without the brackets of an IPv6 literal; `*` is every local address.
  let host: String
  let port: UInt16

  var isEveryAddress: Bool { host == "*" }
}

extension Address {
  /// Reads `127.0.0.1:6667`, `localhost:6667`, `[::1]:6667`, `*:6667`, or `:6667`, which is the first; port
  /// 0–65535, where 0 lets the system choose.
  init(parsing text: String) throws(InvalidValue) {
    // Some programs take it for every address. There are no accounts, so that is to be said, with a star.
    let text = text.hasPrefix(":") ? "127.0.0.1" + text : text
    guard let (host, port) = Address.split(text), let number = Address.port(port),
      Address.isHost(host, bracketed: text.hasPrefix("["))
    else { throw InvalidValue(expected: "HOST:PORT, such as 127.0.0.1:6667, [::1]:6667 or *:6667") }
    self.init(host: String(host), port: number)
  }

  private static func split(_ text: String) -> (host: Substring, port: Substring)? {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let host = text[..<colon]
    let port = text[text.index(after: colon)...]
    guard host.hasPrefix("[") else { return (host, port) }
    guard host.hasSuffix("]"), host.count > 2 else { return nil }
    return (host.dropFirst().dropLast(), port)
  }

  private static func port(_ text: Substring) -> UInt16? {
    // UInt16.init takes a sign.
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt16(text) : nil
  }

  /// An unbracketed colon would leave it open where the port begins (RFC 3986, 3.2.2, has the brackets for
  /// that).
  private static func isHost(_ host: Substring, bracketed: Bool) -> Bool {
    !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
      && host.contains(":") == bracketed && !host.contains("[") && !host.contains("]")
  }
}

extension Address: CustomStringConvertible {
  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
