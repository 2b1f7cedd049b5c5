/// A look at a JSON text before Foundation's decoder sees it, for what that takes or falls over (Swift 6.3): it traps
/// on 513 opening brackets, reads UTF-16 and UTF-32, does not check UTF-8 in members it skips, and takes a comma before
/// a closing bracket. Grammar is left to the decoder.
enum JSONGuard {
  /// Objects and arrays within each other.
  static let maximumDepth = 32

  /// What is wrong with `bytes`, in words for the client, or nil.
  static func objection(to bytes: Span<UInt8>) -> String? {
    var check = UTF8Check()
    guard check.take(bytes), check.isComplete else { return "The body is not UTF-8." }
    var depth = 0
    var inString = false
    var escaped = false
    var afterComma = false
    for index in 0..<bytes.count {
      let byte = bytes[index]
      if inString {
        if escaped {
          escaped = false
        } else if byte == UInt8(ascii: "\\") {
          escaped = true
        } else if byte == UInt8(ascii: "\"") {
          inString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): inString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        if depth > maximumDepth { return "The body is nested deeper than \(maximumDepth) levels." }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if afterComma { return "The body has a comma before a closing bracket." }
        depth -= 1
      // RFC 8259 §8.1 asks for UTF-8; a NUL outside of a string is how the decoder recognizes wider encodings.
      case 0: return "The body is not UTF-8."
      case ASCII.space, ASCII.tab, ASCII.lineFeed, ASCII.carriageReturn: continue
      default: break
      }
      afterComma = byte == UInt8(ascii: ",")
    }
    return nil
  }
}
