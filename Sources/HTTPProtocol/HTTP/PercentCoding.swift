/// Percent-encoding of URIs (RFC 3986 §2.1).
public enum PercentCoding {
  /// Why a piece of a target cannot be decoded, in words for the client.
  public enum Failure: String, Error {
    case badEscape = "has a % that two hexadecimal digits do not follow"
    case notUTF8 = "does not decode to UTF-8"
  }

  /// The decoded text. With `plusIsSpace` a `+` is a space, as HTML forms write it.
  public static func decode(_ bytes: Span<UInt8>, plusIsSpace: Bool = false) throws(Failure) -> String {
    guard let plain = firstEncoded(bytes, plusIsSpace) else {
      guard let text = try? UTF8Span(validating: bytes) else { throw .notUTF8 }
      return String(copying: text)
    }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    decoded.append(bytes.extracting(0..<plain))
    var index = plain
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "%") {
        guard index + 2 < bytes.count, let high = ASCII.hexValue(bytes[index + 1]),
          let low = ASCII.hexValue(bytes[index + 2])
        else { throw .badEscape }
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? ASCII.space : byte)
        index += 1
      }
    }
    guard let text = String(validating: decoded, as: UTF8.self) else { throw .notUTF8 }
    return text
  }

  private static func firstEncoded(_ bytes: Span<UInt8>, _ plusIsSpace: Bool) -> Int? {
    for index in 0..<bytes.count
    where bytes[index] == UInt8(ascii: "%") || plusIsSpace && bytes[index] == UInt8(ascii: "+") {
      return index
    }
    return nil
  }

  /// `text` with everything but the unreserved characters (RFC 3986 §2.3) escaped, for any place of a URI.
  public static func encode(_ text: String) -> String {
    var encoded: [UInt8] = []
    encode(text, into: &encoded)
    return String(decoding: encoded, as: UTF8.self)
  }

  /// Appends the same to `output`.
  public static func encode(_ text: String, into output: inout [UInt8]) {
    for byte in text.utf8 {
      if isUnreserved(byte) {
        output.append(byte)
      } else {
        output.append(UInt8(ascii: "%"))
        output.append(hexDigit(byte >> 4))
        output.append(hexDigit(byte & 15))
      }
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? value + 0x30 : value + 0x37 }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
