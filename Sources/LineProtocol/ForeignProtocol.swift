/// A protocol that is sometimes spoken to the line port by mistake.
public enum ForeignProtocol: Hashable, Sendable {
  /// A TLS ClientHello.
  case tls
  /// An HTTP request.
  case http

  /// Recognises the first bytes of a connection, or its first line; nil when they are neither. A TLS hello
  /// need not have an end of line, so look at the first bytes as soon as two have come.
  public static func detect(_ bytes: Span<UInt8>) -> ForeignProtocol? {
    // A TLS record of type handshake (22), any version 3.x (RFC 8446 §5.1).
    if bytes.count >= 2, bytes[0] == 0x16, bytes[1] == 0x03 { return .tls }
    let end = bytes.firstIndex(of: ASCII.lf, from: 0, to: bytes.count) ?? bytes.count
    return isRequestLine(bytes.extracting(0..<end)) ? .http : nil
  }

  /// Whether a line ends with ` HTTP/` and a version, after a method in capitals and a target (RFC 9112 §3).
  private static func isRequestLine(_ line: Span<UInt8>) -> Bool {
    let end = line.count > 0 && line[line.count - 1] == ASCII.cr ? line.count - 1 : line.count
    let version: StaticString = " HTTP/"
    // At least a letter, a space, a target, the word and a version "1.1".
    let start = end - version.utf8CodeUnitCount - 3
    guard start > 2, line[start + version.utf8CodeUnitCount + 1] == 0x2E else { return false }
    let matches = version.withUTF8Buffer { word in
      word.indices.allSatisfy { line[start + $0] == word[$0] }
    }
    guard matches, let space = line.firstIndex(of: ASCII.space, from: 0, to: start) else { return false }
    for index in 0..<space where !ASCII.isUpper(line[index]) { return false }
    return space > 0
  }

  /// What to tell the one who speaks it.
  public var reason: String {
    switch self {
    case .tls: "this is TLS, and this port speaks plain lines"
    case .http: "this is HTTP, and this port speaks plain lines; HTTP has a port of its own"
    }
  }
}
