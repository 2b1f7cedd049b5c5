// Searches that look at eight bytes at a time: a byte loop over a span costs ten times as much, and every
// received and every stored byte passes here. `unsafeLoadUnaligned` checks its bounds; it is called unsafe
// because it could load a type with invalid bit patterns, which UInt64 has not. The zero-byte test is the
// classic one: borrows only run upwards, so in little-endian order the lowest marked byte is always a true
// hit.

extension Span<UInt8> {
  /// The index of the first `byte` at or after `start` and before `end`; nil when there is none.
  /// Both bounds must lie within the span.
  @inline(__always)
  func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int? {
    let pattern = UInt64(repeating: byte)
    let raw = self.bytes
    var index = start
    while index &+ 8 <= end {
      let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
      let hits = (word ^ pattern).zeroBytes
      if hits != 0 { return index &+ hits.trailingZeroBitCount >> 3 }
      index &+= 8
    }
    while index < end {
      if self[index] == byte { return index }
      index &+= 1
    }
    return nil
  }

  /// The index of the first byte at or after `start` that a text may have to be refused for, or that ends a
  /// line of it: C0, DEL, and the lead byte of the C1 controls. In valid UTF-8 no other byte can begin a
  /// control.
  @inline(__always)
  func firstControlCandidate(from start: Int) -> Int? {
    let raw = self.bytes
    var index = start
    while index &+ 8 <= count {
      let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
      let c0 = (word &- UInt64(repeating: 0x20)) & ~word & UInt64(repeating: 0x80)
      let delete = (word ^ UInt64(repeating: ASCII.delete)).zeroBytes
      let c1 = (word ^ UInt64(repeating: ASCII.c1Lead)).zeroBytes
      let hits = c0 | delete | c1
      if hits != 0 { return index &+ hits.trailingZeroBitCount >> 3 }
      index &+= 8
    }
    while index < count {
      let byte = self[index]
      if byte < 0x20 || byte == ASCII.delete || byte == ASCII.c1Lead { return index }
      index &+= 1
    }
    return nil
  }
}

extension UInt64 {
  @inline(__always)
  init(repeating byte: UInt8) { self = 0x0101_0101_0101_0101 &* UInt64(byte) }

  /// The high bit of every zero byte, up to the lowest one exactly.
  @inline(__always)
  fileprivate var zeroBytes: UInt64 {
    (self &- 0x0101_0101_0101_0101) & ~self & 0x8080_8080_8080_8080
  }
}
