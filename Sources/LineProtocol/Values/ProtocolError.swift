/// A refusal: its code, what was asked, and why.
public struct ProtocolError: Error, Hashable, Sendable {
  /// What scripts test.
  public let code: ErrorCode
  /// What was asked, at most `Limits.asked` bytes on one line, without controls and what is not to be seen; a
  /// cut is marked with `…`.
  public let asked: String
  /// More exact words than the code's own, where there are any.
  private let exactReason: String?

  /// What is wrong, in words for every door.
  public var reason: String { exactReason ?? code.reason }
  /// What is wrong, in the words of the plain dialect.
  public var plainReason: String { exactReason ?? code.plainReason }

  /// A refusal of `asked`, for the code's own reason if no other is given.
  public init(_ code: ErrorCode, asked: String, reason: String? = nil) {
    self.code = code
    self.asked = Self.quoted(asked)
    exactReason = reason
  }

  /// A refusal of a line as it came over the wire.
  public init(_ code: ErrorCode, asked: Span<UInt8>, reason: String? = nil) {
    // One byte more than the bound still shows that something is cut.
    let shown = asked.repairedString(0..<min(asked.count, Limits.asked + 1))
    self.init(code, asked: shown, reason: reason)
  }

  /// Quoted input goes to a terminal, so it has no controls, nothing hides in it, and it is bounded, as it
  /// was refused.
  private static func quoted(_ asked: String) -> String {
    let ellipsis = "…"
    var quoted = ""
    // Where to cut if the whole turns out not to fit.
    var cut = quoted.endIndex
    for scalar in asked.unicodeScalars {
      quoted.unicodeScalars.append(isControl(scalar) || scalar.isInvisible && scalar != " " ? "?" : scalar)
      if quoted.utf8.count <= Limits.asked - ellipsis.utf8.count { cut = quoted.endIndex }
      if quoted.utf8.count > Limits.asked { return quoted[..<cut] + ellipsis }
    }
    return quoted
  }

  /// C0, DEL and C1.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F: true
    default: false
    }
  }
}
