extension Span<UInt8> {
  /// The field after the space at `position`, up to the next space or the end; moves `position` to the
  /// field's end. Nil when nothing but spaces is left. Two spaces in a row enclose an empty field.
  @inline(__always)
  func nextField(_ position: inout Int) -> Range<Int>? {
    guard position < count else { return nil }
    let start = position &+ 1
    let end = firstIndex(of: ASCII.space, from: start, to: count) ?? count
    if start == end, isBlank(from: start) {
      position = count
      return nil
    }
    position = end
    return start..<end
  }

  /// Whether only spaces stand at and after `start`.
  func isBlank(from start: Int) -> Bool {
    var index = start
    while index < count {
      if self[index] != ASCII.space { return false }
      index &+= 1
    }
    return true
  }

  /// A word of one to eight ASCII letters in upper case, as one number to compare; nil for anything else.
  @inline(__always)
  func packedWord(_ range: Range<Int>) -> UInt64? {
    guard 1...8 ~= range.count else { return nil }
    var word: UInt64 = 0
    for index in range {
      let byte = self[index]
      guard ASCII.isLetter(byte) else { return nil }
      word = word << 8 | UInt64(byte & 0xDF)
    }
    return word
  }

  /// A decimal number without sign; nil when it is none or does not fit.
  func decimal(_ range: Range<Int>) -> Int64? {
    guard !range.isEmpty else { return nil }
    var value: Int64 = 0
    for index in range {
      let byte = self[index]
      guard ASCII.isDigit(byte) else { return nil }
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(Int64(byte &- ASCII.zero))
      guard !overflowed, !carried else { return nil }
      value = sum
    }
    return value
  }

  /// The bytes as text; nil when they are not valid UTF-8.
  @inline(__always)
  func string(_ range: Range<Int>) -> String? {
    guard let text = try? UTF8Span(validating: extracting(range)) else { return nil }
    return String(copying: text)
  }

  /// The bytes as text, with U+FFFD in the place of what is not UTF-8.
  func repairedString(_ range: Range<Int>) -> String {
    string(range) ?? extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}

/// An ASCII word of at most eight letters as `Span.packedWord` packs it.
func packed(_ word: StaticString) -> UInt64 {
  word.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt64($1 & 0xDF) } }
}
