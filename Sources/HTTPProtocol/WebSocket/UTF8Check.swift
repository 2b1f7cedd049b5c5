/// Checks UTF-8 that comes in pieces, and fails at the first byte that cannot be (RFC 3629 §4).
struct UTF8Check: Equatable, Sendable {
  /// Continuation bytes still to come, and the bounds of the next one.
  private var needed = 0
  private var lower: UInt8 = 0x80
  private var upper: UInt8 = 0xbf

  /// Whether the text so far does not end within a character.
  var isComplete: Bool { needed == 0 }

  /// Takes the next piece; false if it is not UTF-8. After that the value is of no use.
  mutating func take(_ bytes: Span<UInt8>) -> Bool {
    var index = 0
    while index < bytes.count {
      if needed == 0 {
        index = bytes.endOfASCII(from: index)
        guard index < bytes.count else { return true }
        guard begin(bytes[index]) else { return false }
      } else {
        guard (lower...upper).contains(bytes[index]) else { return false }
        needed -= 1
        (lower, upper) = (0x80, 0xbf)
      }
      index += 1
    }
    return true
  }

  /// A first byte: how many follow, and which second byte would be overlong, a surrogate or beyond U+10FFFF.
  private mutating func begin(_ byte: UInt8) -> Bool {
    switch byte {
    case 0xc2...0xdf: needed = 1
    case 0xe0: (needed, lower) = (2, 0xa0)
    case 0xed: (needed, upper) = (2, 0x9f)
    case 0xe1...0xef: needed = 2
    case 0xf0: (needed, lower) = (3, 0x90)
    case 0xf1...0xf3: needed = 3
    case 0xf4: (needed, upper) = (3, 0x8f)
    default: return false
    }
    return true
  }
}

extension Span<UInt8> {
  /// The index of the first byte at or after `start` that is not ASCII, or the end.
  fileprivate func endOfASCII(from start: Int) -> Int {
    withUnsafeBytes { bytes in
      var index = start
      while index + 8 <= bytes.count,
        bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      { index += 8 }
      while index < bytes.count, bytes[index] < 0x80 { index += 1 }
      return index
    }
  }
}
