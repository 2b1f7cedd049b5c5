/// Makes keys out of the bytes that a terminal sends: UTF-8, controls, and the escape sequences of the keys
/// that the line editor knows (ECMA-48 and xterm). Other sequences are read to their end and ignored.
struct KeyDecoder: Equatable, Sendable {
  enum Key: Equatable, Sendable {
    case scalar(Unicode.Scalar)
    /// A C0 control or DEL.
    case control(UInt8)
    /// Alt and a letter, or Alt and Backspace (DEL): terminals send ESC before it.
    case meta(UInt8)
    case left, right, up, down, home, end, delete
    /// Left and right with Ctrl or Alt.
    case wordLeft, wordRight
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
      return KeyDecoder.letterKey(byte, [])
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
    case 0x20..<0x80, 0x08:
      state = .ground
      return .meta(byte)
    // The escape key itself, followed by another key.
    default: return ground(byte)
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
      return byte == UInt8(ascii: "~")
        ? KeyDecoder.numberedKey(parameters) : KeyDecoder.letterKey(byte, parameters)
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

  /// The second parameter has the keys held down: 3 Alt, 5 Ctrl (xterm, "PC-Style Function Keys").
  private static func letterKey(_ byte: UInt8, _ parameters: [UInt8]) -> Key? {
    let isByWord = [Array("1;3".utf8), Array("1;5".utf8)].contains(parameters)
    return switch byte {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): isByWord ? .wordRight : .right
    case UInt8(ascii: "D"): isByWord ? .wordLeft : .left
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
