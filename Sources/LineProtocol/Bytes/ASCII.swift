/// The bytes that the grammar names.
enum ASCII {
  static let nul: UInt8 = 0x00
  static let ctcp: UInt8 = 0x01
  static let tab: UInt8 = 0x09
  static let lf: UInt8 = 0x0A
  static let cr: UInt8 = 0x0D
  static let space: UInt8 = 0x20
  static let hash: UInt8 = 0x23
  static let comma: UInt8 = 0x2C
  static let minus: UInt8 = 0x2D
  static let zero: UInt8 = 0x30
  static let colon: UInt8 = 0x3A
  static let semicolon: UInt8 = 0x3B
  static let equals: UInt8 = 0x3D
  static let question: UInt8 = 0x3F
  static let at: UInt8 = 0x40
  static let backslash: UInt8 = 0x5C
  static let delete: UInt8 = 0x7F
  /// Lead byte of U+0080–U+00BF in UTF-8: followed by 80–9F it is a C1 control.
  static let c1Lead: UInt8 = 0xC2

  @inline(__always)
  static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
  @inline(__always)
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  @inline(__always)
  static func lowercased(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte | 0x20 : byte }
  @inline(__always)
  static func uppercased(_ byte: UInt8) -> UInt8 { byte &- 0x61 < 26 ? byte & 0xDF : byte }
  @inline(__always)
  static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

  /// `string` with A–Z as a–z. A string without them comes back as it is, sharing its storage.
  static func lowercased(_ string: String) -> String {
    let bytes = string.utf8.span
    var index = 0
    while index < bytes.count, !isUpper(bytes[index]) { index += 1 }
    if index == bytes.count { return string }
    return String(unsafeUninitializedCapacity: bytes.count) { buffer in
      for index in bytes.indices { buffer[index] = lowercased(bytes[index]) }
      return bytes.count
    }
  }
}
