/// The line that is being typed: bytes of the keyboard go in, what they ask for comes out. Knows no screen.
/// The keys are those of readline in its default (emacs) mode.
struct LineEditor: Equatable, Sendable {
  enum Request: Equatable, Sendable {
    /// The line is complete; the editor is empty again.
    case submit(String)
    /// The line is complete by a line break that was pasted.
    case submitPasted(String)
    case quit
    /// Draw the screen anew.
    case redraw
    /// Stop the program, as the terminal does by itself when it is not raw.
    case suspend
  }

  /// Who is in the room: what Tab completes.
  var names: Set<String> = []
  private var line = LineBuffer()
  private var history = InputHistory()
  private var completion: Completion?
  private var decoder = KeyDecoder()
  private var isPasting = false

  var before: String { line.before }
  var after: String { line.after }
  var isEmpty: Bool { line.isEmpty }

  /// Puts a line back, with the cursor at its end.
  mutating func restore(_ text: String) { line = LineBuffer(text) }

  /// Takes bytes as they come, cut anywhere.
  mutating func feed(_ bytes: some Sequence<UInt8>) -> [Request] {
    bytes.compactMap { byte in decoder.next(byte).flatMap { press($0) } }
  }

  private mutating func press(_ key: KeyDecoder.Key) -> Request? {
    if key != .control(0x09) { completion = nil }
    switch key {
    case .scalar(let scalar): line.insert(scalar)
    case .control(let code): return isPasting ? pasted(code) : control(code)
    case .meta(let code): meta(code)
    case .left: line.moveLeft()
    case .right: line.moveRight()
    case .wordLeft: line.moveWordLeft()
    case .wordRight: line.moveWordRight()
    case .up: recallOlder()
    case .down: recallNewer()
    case .home: line.moveToStart()
    case .end: line.moveToEnd()
    case .delete: line.eraseRight()
    case .pasteStart: isPasting = true
    case .pasteEnd: isPasting = false
    }
    return nil
  }

  private mutating func control(_ code: UInt8) -> Request? {
    switch code {
    case 0x0A, 0x0D: return .submit(take())
    case 0x03: return .quit
    case 0x04:
      if line.isEmpty { return .quit }
      line.eraseRight()
    case 0x0C: return .redraw
    case 0x1A: return .suspend
    default: edit(code)
    }
    return nil
  }

  /// Ctrl and a letter: Ctrl-A is 1.
  private mutating func edit(_ code: UInt8) {
    switch code {
    case 0x01: line.moveToStart()
    case 0x02: line.moveLeft()
    case 0x05: line.moveToEnd()
    case 0x06: line.moveRight()
    case 0x08, 0x7F: line.eraseLeft()
    case 0x09: complete()
    case 0x0B: line.eraseToEnd()
    case 0x0E: recallNewer()
    case 0x10: recallOlder()
    case 0x15: line.eraseToStart()
    case 0x17: line.eraseToBlank()
    default: break
    }
  }

  private mutating func meta(_ code: UInt8) {
    switch code {
    case UInt8(ascii: "b"): line.moveWordLeft()
    case UInt8(ascii: "f"): line.moveWordRight()
    case UInt8(ascii: "d"): line.eraseWordRight()
    case 0x7F, 0x08: line.eraseWordLeft()
    default: break
    }
  }

  /// A pasted text may have blank lines, and none of them means anything.
  private mutating func pasted(_ code: UInt8) -> Request? {
    switch code {
    case 0x0A, 0x0D: return isEmpty ? nil : .submitPasted(take())
    case 0x09: line.insert("\t")
    default: break
    }
    return nil
  }

  private mutating func take() -> String {
    defer { restore("") }
    history.append(line.text)
    return line.text
  }

  private mutating func recallOlder() { if let text = history.older(than: line.text) { restore(text) } }

  private mutating func recallNewer() { if let text = history.newer() { restore(text) } }

  private mutating func complete() {
    if completion == nil { completion = Completion(before: line.before, names: names) }
    if let text = completion?.advance() { line.replaceBefore(text) }
  }
}
