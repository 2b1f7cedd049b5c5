/// `uri-host [ ":" port ]` (RFC 9110 §7.2), taken apart.
public struct Authority: Equatable, Sendable {
  /// A name or an address; that of IPv6 is without its brackets.
  public let host: Substring
  /// Digits; empty if there is none.
  public let port: Substring
  /// Whether the host stood in brackets.
  let isBracketed: Bool

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
