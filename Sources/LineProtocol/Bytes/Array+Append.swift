extension [UInt8] {
  @inline(__always)
  package mutating func append(utf8 string: String) {
    append(contentsOf: string.utf8)
  }

  @inline(__always)
  package mutating func append(ascii string: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: string.utf8Start, count: string.utf8CodeUnitCount))
  }

  /// Appends `number` in decimal.
  package mutating func append(decimal number: Int64) {
    if number < 0 { append(0x2D) }
    var rest = number.magnitude
    let start = count
    repeat {
      append(ASCII.zero &+ UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    self[start...].reverse()
  }

  /// Appends the lowest `digits` decimal digits of `number`, with leading zeros.
  mutating func append(_ number: Int64, digits: Int) {
    var divisor: Int64 = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      append(ASCII.zero &+ UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
  }
}
