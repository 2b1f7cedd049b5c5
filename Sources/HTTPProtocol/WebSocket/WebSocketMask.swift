extension [UInt8] {
  /// Appends `masked` with its mask removed (RFC 6455 §5.3), eight bytes at a time. `mask` holds its four bytes in the
  /// order of memory.
  mutating func append(unmasking masked: Span<UInt8>, _ mask: UInt32) {
    let start = count
    append(masked)
    withUnsafeMutableBytes { bytes in
      let wide = UInt64(mask) << 32 | UInt64(mask)
      var index = start
      while index + 8 <= bytes.count {
        let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        bytes.storeBytes(of: word ^ wide, toByteOffset: index, as: UInt64.self)
        index += 8
      }
      var rest = mask
      while index < bytes.count {
        bytes[index] ^= UInt8(truncatingIfNeeded: rest.littleEndian)
        rest = rest.rotatedInMemory(by: 1)
        index += 1
      }
    }
  }
}

extension UInt32 {
  /// The value whose byte 0 in memory is this value's byte `count` modulo 4.
  func rotatedInMemory(by count: Int) -> UInt32 {
    let shift = UInt32(truncatingIfNeeded: count & 3) * 8
    let value = littleEndian
    return UInt32(littleEndian: shift == 0 ? value : value >> shift | value << (32 - shift))
  }
}
