/// A text that may be stored and shown: 1–4096 bytes of UTF-8 in at most 64 lines, without control characters
/// but tab, newline and IRC's formatting (otherwise a message could send escape sequences to somebody's
/// terminal).
public struct MessageText: Hashable, Sendable {
  /// The text; CRLF and Unicode's line and paragraph separators (U+2028, U+2029) have become LF.
  public let string: String
  /// The number of lines, 1–64. A newline at the end begins an empty last line.
  public let lineCount: Int
  /// Whether the text has more than one line.
  public var isMultiline: Bool { lineCount > 1 }

  /// Checks a text as it came over the wire.
  public init(_ bytes: Span<UInt8>) throws(TextError) {
    // Twice the bound: each CRLF becomes one byte.
    guard bytes.count <= 2 * Limits.text else { throw .tooLong }
    guard let string = bytes.string(0..<bytes.count) else { throw .notUTF8 }
    try self.init(string)
  }

  /// Checks a text.
  public init(_ string: String) throws(TextError) {
    let string = Self.withoutSeparators(try Self.withoutCarriageReturns(string))
    let bytes = string.utf8.span
    guard bytes.count > 0 else { throw .empty }
    guard bytes.count <= Limits.text else { throw .tooLong }
    var breaks = 0
    var next = 0
    while let index = bytes.firstControlCandidate(from: next) {
      next = index + 1
      switch bytes[index] {
      case ASCII.lf: breaks += 1
      case ASCII.tab, 0x02, 0x03, 0x04, 0x0F, 0x11, 0x16, 0x1D, 0x1E, 0x1F:
        break  // Formatting: modern.ircdocs.horse/formatting
      case ASCII.c1Lead:
        // Valid UTF-8: a byte follows.
        if next < bytes.count, bytes[next] < 0xA0 { throw .control(bytes[next]) }
      case let control: throw .control(control)
      }
    }
    guard breaks < bytes.count else { throw .empty }
    guard breaks < Limits.textLines else { throw .tooManyLines }
    self.string = string
    lineCount = breaks + 1
  }

  /// `string` with LF for each U+2028 and U+2029. Many programs end a line there (Python's `splitlines`), so
  /// what follows one may not be passed on as if it stood in the middle of a line. Without them it comes back
  /// as it is.
  private static func withoutSeparators(_ string: String) -> String {
    let bytes = string.utf8.span
    guard bytes.firstSeparator(from: 0) != nil else { return string }
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    var start = 0
    while let separator = bytes.firstSeparator(from: start) {
      bytes.extracting(start..<separator).withUnsafeBufferPointer { kept.append(contentsOf: $0) }
      kept.append(ASCII.lf)
      start = separator + 3
    }
    bytes.extracting(start...).withUnsafeBufferPointer { kept.append(contentsOf: $0) }
    return String(decoding: kept, as: UTF8.self)
  }

  /// `string` with LF for each CRLF; a CR elsewhere is refused. Without a CR it comes back as it is.
  private static func withoutCarriageReturns(_ string: String) throws(TextError) -> String {
    let bytes = string.utf8.span
    guard bytes.count <= 2 * Limits.text else { throw .tooLong }
    guard bytes.firstIndex(of: ASCII.cr, from: 0, to: bytes.count) != nil else { return string }
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    for index in bytes.indices {
      if bytes[index] != ASCII.cr {
        kept.append(bytes[index])
      } else if index + 1 == bytes.count || bytes[index + 1] != ASCII.lf {
        throw .control(ASCII.cr)
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }
}

extension Span<UInt8> {
  /// Where the first U+2028 (E2 80 A8) or U+2029 (E2 80 A9) at or after `start` begins.
  fileprivate func firstSeparator(from start: Int) -> Int? {
    var start = start
    while let lead = firstIndex(of: 0xE2, from: start, to: count) {
      if lead + 2 < count, self[lead + 1] == 0x80, self[lead + 2] & 0xFE == 0xA8 { return lead }
      start = lead + 1
    }
    return nil
  }
}

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
    case .empty, .tooLong, .notUTF8, .tooManyLines: return code.reason
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
