/// The line that is being typed: bytes of the keyboard go in, what they ask for comes out. Knows no screen.
struct LineEditor: Equatable, Sendable {
  enum Request: Equatable, Sendable {
    /// The line is complete; the editor is empty again.
    case submit(String)
    case quit
  }

  /// What stands before and after the cursor. In two strings each edit is at an end, and a combining mark joins the
  /// letter before it by itself.
  private(set) var before = ""
  private(set) var after = ""
  private var decoder = KeyDecoder()
  private var isPasting = false

  var isEmpty: Bool { before.isEmpty && after.isEmpty }

  /// Puts a line back, with the cursor at its end.
  mutating func restore(_ line: String) {
    before = line
    after = ""
  }

  /// Takes bytes as they come, cut anywhere.
  mutating func feed(_ bytes: some Sequence<UInt8>) -> [Request] {
    bytes.compactMap { byte in decoder.next(byte).flatMap { press($0) } }
  }

  private mutating func press(_ key: KeyDecoder.Key) -> Request? {
    switch key {
    case .scalar(let scalar): before.unicodeScalars.append(scalar)
    case .control(let code): return isPasting ? pasted(code) : control(code)
    case .left: if let last = before.popLast() { after = String(last) + after }
    case .right: if !after.isEmpty { before.append(after.removeFirst()) }
    case .home: moveToStart()
    case .end: moveToEnd()
    case .delete: if !after.isEmpty { after.removeFirst() }
    case .pasteStart: isPasting = true
    case .pasteEnd: isPasting = false
    }
    return nil
  }

  private mutating func control(_ code: UInt8) -> Request? {
    switch code {
    case 0x0A, 0x0D: return .submit(take())
    case 0x03, 0x04: return .quit
    case 0x01: moveToStart()
    case 0x05: moveToEnd()
    case 0x08, 0x7F: _ = before.popLast()
    case 0x15: before = ""
    case 0x17: eraseWord()
    default: break
    }
    return nil
  }

  /// A pasted text may have blank lines, and none of them means to quit.
  private mutating func pasted(_ code: UInt8) -> Request? {
    switch code {
    case 0x0A, 0x0D: return isEmpty ? nil : .submit(take())
    case 0x09: before.append("\t")
    default: break
    }
    return nil
  }

  private mutating func take() -> String {
    defer { restore("") }
    return before + after
  }

  private mutating func moveToStart() {
    after = before + after
    before = ""
  }

  private mutating func moveToEnd() {
    before += after
    after = ""
  }

  private mutating func eraseWord() {
    while before.last == " " { before.removeLast() }
    while let last = before.last, last != " " { before.removeLast() }
  }
}
