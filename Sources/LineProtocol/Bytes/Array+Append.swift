extension [UInt8] {
  @inline(__always)
  public mutating func append(utf8 string: String) {
    append(contentsOf: string.utf8)
  }

  @inline(__always)
  public mutating func append(ascii string: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: string.utf8Start, count: string.utf8CodeUnitCount))
  }

  /// Appends `number` in decimal.
  public mutating func append(decimal number: Int64) {
    if number < 0 { append(0x2D) }
    // Filled from the end; 20 digits hold the greatest UInt64.
    var digits = InlineArray<20, UInt8>(repeating: ASCII.zero)
    var start = digits.count
    var rest = number.magnitude
    repeat {
      start &-= 1
      digits[start] = ASCII.zero &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    digits.span.extracting(start...).withUnsafeBufferPointer { append(contentsOf: $0) }
  }
}
