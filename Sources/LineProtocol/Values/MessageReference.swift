/// A name that a client gives to a message so that it can send it again without saying it twice: after a lost
/// answer the same reference gets the first id, and nothing is stored. It belongs to the name that speaks.
public struct MessageReference: Hashable, Sendable {
  public let text: String

  /// 1 to ``Limits/reference`` visible ASCII characters but `;`, `"` and `\`, which have a meaning around it
  /// (IRC's tags, HTTP's structured fields).
  public init(_ string: String) throws(NameError) {
    let bytes = string.utf8
    guard 1...Limits.reference ~= bytes.count else {
      throw NameError(reason: "a reference has 1 to \(Limits.reference) characters")
    }
    for byte in bytes where byte <= 0x20 || byte >= 0x7F || byte == 0x3B || byte == 0x22 || byte == 0x5C {
      throw NameError(reason: "a reference has visible ASCII characters only, without ; \" and \\")
    }
    text = string
  }
}
