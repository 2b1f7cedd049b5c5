/// Escaping in the values of message tags (IRCv3 message-tags, "Escaping values").
enum TagValue {
  /// A lone backslash at the end is dropped; one before any other character just goes away.
  static func unescaped(_ value: String) -> String {
    guard value.utf8.contains(ASCII.backslash) else { return value }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(value.utf8.count)
    var isEscaped = false
    for byte in value.utf8 {
      if isEscaped {
        bytes.append(escaped(byte))
        isEscaped = false
      } else if byte == ASCII.backslash {
        isEscaped = true
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The byte that a backslash before `byte` stands for.
  private static func escaped(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0x3A: ASCII.semicolon
    case 0x73: ASCII.space
    case 0x72: ASCII.cr
    case 0x6E: ASCII.lf
    default: byte
    }
  }

  static func appendEscaped(_ value: String, to out: inout [UInt8]) {
    for byte in value.utf8 {
      switch byte {
      case ASCII.semicolon: out.append(ascii: "\\:")
      case ASCII.space: out.append(ascii: "\\s")
      case ASCII.backslash: out.append(ascii: "\\\\")
      case ASCII.cr: out.append(ascii: "\\r")
      case ASCII.lf: out.append(ascii: "\\n")
      case ASCII.nul: break  // No value may have it.
      default: out.append(byte)
      }
    }
  }
}
