/// Why a text is refused.
public enum TextError: Error, Hashable, Sendable {
  /// No bytes, or nothing but line breaks.
  case empty
  /// More than `Limits.text` bytes.
  case tooLong
  /// Not valid UTF-8.
  case notUTF8
  /// A control character that no text may have; the value is its code point (below 20, 7F, or 80–9F in hex).
  case control(UInt8)
  /// More than `Limits.textLines` lines.
  case tooManyLines

  /// What is wrong, in words for the person who typed it.
  public var reason: String {
    switch self {
    case .control(let code):
      let hex = String(code, radix: 16, uppercase: true)
      return "a text has no control character U+\(hex.count < 2 ? "000" : "00")\(hex)"
    default: return code.reason
    }
  }

  /// The error's code on the wire.
  public var code: ErrorCode {
    switch self {
    case .empty: .textEmpty
    case .tooLong: .textTooLong
    case .notUTF8: .textNotUTF8
    case .control: .textControl
    case .tooManyLines: .tooManyLines
    }
  }
}
