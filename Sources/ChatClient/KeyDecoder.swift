/// Makes keys out of the bytes that a terminal sends: UTF-8, controls, and the escape sequences of the keys that the line
/// editor knows (ECMA-48 and xterm). Others are swallowed whole.
struct KeyDecoder: Equatable, Sendable {
  enum Key: Equatable, Sendable {
    case scalar(Unicode.Scalar)
    /// A C0 control or DEL.
    case control(UInt8)
    case left, right, home, end, delete
    case pasteStart, pasteEnd
  }

  private enum State: Equatable {
    case ground
    /// After ESC.
    case escape
    /// After ESC [ and these parameter bytes, of which only the first few matter.
    case sequence([UInt8])
    /// After ESC O.
    case singleShift
    /// Within a UTF-8 sequence: what has come, and how many bytes are missing.
    case character([UInt8], missing: Int)
  }

  private var state = State.ground

  mutating func next(_ byte: UInt8) -> Key? {
    switch state {
    case .ground: return ground(byte)
    case .escape: return escape(byte)
    case .singleShift:
      state = .ground
      return KeyDecoder.letterKey(byte)
    case .sequence(let parameters): return sequence(parameters, byte)
    case .character(let bytes, let missing): return character(bytes, missing, byte)
    }
  }

  private mutating func ground(_ byte: UInt8) -> Key? {
    state = .ground
    switch byte {
    case 0x1B: state = .escape
    case 0..<0x20, 0x7F: return .control(byte)
    case 0x20..<0x7F: return .scalar(Unicode.Scalar(byte))
    case 0xC2...0xDF: state = .character([byte], missing: 1)
    case 0xE0...0xEF: state = .character([byte], missing: 2)
    case 0xF0...0xF4: state = .character([byte], missing: 3)
    default: break  // No character begins with it: RFC 3629, 4.
    }
    return nil
  }

  private mutating func escape(_ byte: UInt8) -> Key? {
    switch byte {
    case UInt8(ascii: "["): state = .sequence([])
    case UInt8(ascii: "O"): state = .singleShift
    // The escape key itself, followed by another key.
    case 0..<0x20, 0x7F: return ground(byte)
    default: state = .ground
    }
    return nil
  }

  private mutating func sequence(_ parameters: [UInt8], _ byte: UInt8) -> Key? {
    switch byte {
    case 0x20..<0x40:
      state = .sequence(parameters.count < 8 ? parameters + [byte] : parameters)
      return nil
    case 0x40..<0x7F:
      state = .ground
      return byte == UInt8(ascii: "~") ? KeyDecoder.numberedKey(parameters) : KeyDecoder.letterKey(byte)
    default: return ground(byte)
    }
  }

  private mutating func character(_ bytes: [UInt8], _ missing: Int, _ byte: UInt8) -> Key? {
    // A broken character is dropped; the byte that broke it may begin the next key.
    guard (0x80..<0xC0).contains(byte) else { return ground(byte) }
    guard missing == 1 else {
      state = .character(bytes + [byte], missing: missing - 1)
      return nil
    }
    state = .ground
    // C1 controls are no text: U+0080–U+009F.
    guard let scalar = String(validating: bytes + [byte], as: UTF8.self)?.unicodeScalars.first,
      scalar.value >= 0xA0
    else { return nil }
    return .scalar(scalar)
  }

  private static func letterKey(_ byte: UInt8) -> Key? {
    switch byte {
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    default: nil
    }
  }

  private static func numberedKey(_ parameters: [UInt8]) -> Key? {
    switch String(decoding: parameters, as: UTF8.self) {
    case "1", "7": .home
    case "4", "8": .end
    case "3": .delete
    case "200": .pasteStart
    case "201": .pasteEnd
    default: nil
    }
  }
}
