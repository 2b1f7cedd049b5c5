/// Base64 with padding (RFC 4648 §4).
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
      for place in 0..<4 {
        let sextet = Int(bits >> (18 - 6 * UInt32(place)) & 63)
        text.append(place <= group.count ? alphabet[sextet] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether `text` is the encoding of exactly 16 bytes: 22 letters of the alphabet and two pads. The four bits that
  /// are left over may be anything, as in many clients.
  static func encodesSixteenBytes(_ text: some Collection<UInt8>) -> Bool {
    text.count == 24 && text.prefix(22).allSatisfy(alphabet.contains)
      && text.suffix(2).allSatisfy { $0 == UInt8(ascii: "=") }
  }
}
