/// Reads one JSON text (RFC 8259), strictly. In a POST, Foundation's decoder takes as long as everything else
/// between the socket and the order, and it traps on 513 opening brackets (Swift 6.3).
struct JSONParser {
  /// Objects and arrays within each other.
  static let maximumDepth = 32

  private var position = 0

  /// Throws 400 for what is not JSON in UTF-8.
  static func parse(_ bytes: Span<UInt8>) throws(Problem) -> JSONValue {
    var check = UTF8Check()
    guard check.take(bytes), check.isComplete else { throw .malformed("The body is not UTF-8.") }
    var parser = JSONParser()
    // RFC 8259 §8.1: a byte order mark may be ignored.
    if bytes.count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf { parser.position = 3 }
    let value = try parser.value(bytes, depth: 0)
    parser.skipBlanks(bytes)
    guard parser.position == bytes.count else { throw parser.malformed }
    return value
  }

  private var malformed: Problem { .malformed("The body is not valid JSON at byte \(position).") }

  private mutating func skipBlanks(_ bytes: Span<UInt8>) {
    while position < bytes.count, ASCII.isBlank(bytes[position]) || ASCII.isLineEnd(bytes[position]) {
      position += 1
    }
  }

  private mutating func takes(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    skipBlanks(bytes)
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(Problem) -> JSONValue {
    skipBlanks(bytes)
    guard position < bytes.count else { throw malformed }
    switch bytes[position] {
    case UInt8(ascii: "\""): return .string(try string(bytes))
    case UInt8(ascii: "{"): return .object(try object(bytes, depth: depth + 1))
    case UInt8(ascii: "["):
      try array(bytes, depth: depth + 1)
      return .other
    case UInt8(ascii: "n"):
      try literal("null", bytes)
      return .null
    case UInt8(ascii: "t"): try literal("true", bytes)
    case UInt8(ascii: "f"): try literal("false", bytes)
    default: try number(bytes)
    }
    return .other
  }

  private mutating func enter(depth: Int) throws(Problem) {
    guard depth <= Self.maximumDepth else {
      throw .malformed("The body is nested deeper than \(Self.maximumDepth) levels.")
    }
    position += 1
  }

  private mutating func object(_ bytes: Span<UInt8>, depth: Int) throws(Problem) -> [JSONValue.Member] {
    try enter(depth: depth)
    var members: [JSONValue.Member] = []
    if takes(UInt8(ascii: "}"), bytes) { return members }
    repeat {
      skipBlanks(bytes)
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw malformed }
      let name = try string(bytes)
      guard takes(UInt8(ascii: ":"), bytes) else { throw malformed }
      members.append(JSONValue.Member(name: name, value: try value(bytes, depth: depth)))
    } while takes(UInt8(ascii: ","), bytes)
    guard takes(UInt8(ascii: "}"), bytes) else { throw malformed }
    return members
  }

  private mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(Problem) {
    try enter(depth: depth)
    if takes(UInt8(ascii: "]"), bytes) { return }
    repeat { _ = try value(bytes, depth: depth) } while takes(UInt8(ascii: ","), bytes)
    guard takes(UInt8(ascii: "]"), bytes) else { throw malformed }
  }

  private mutating func literal(_ word: StaticString, _ bytes: Span<UInt8>) throws(Problem) {
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count, bytes.spells(word, position..<end) else { throw malformed }
    position = end
  }

  /// `-? (0 | [1-9][0-9]*) (\. [0-9]+)? ([eE] [+-]? [0-9]+)?` (RFC 8259 §6). What it is worth is of no
  /// interest here.
  private mutating func number(_ bytes: Span<UInt8>) throws(Problem) {
    _ = skip(bytes) { $0 == UInt8(ascii: "-") }
    if !skip(bytes, { $0 == UInt8(ascii: "0") }) { try digits(bytes) }
    if skip(bytes, { $0 == UInt8(ascii: ".") }) { try digits(bytes) }
    if skip(bytes, { $0 | 0x20 == UInt8(ascii: "e") }) {
      _ = skip(bytes) { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
      try digits(bytes)
    }
  }

  private mutating func digits(_ bytes: Span<UInt8>) throws(Problem) {
    guard skip(bytes, ASCII.isDigit) else { throw malformed }
    while skip(bytes, ASCII.isDigit) {}
  }

  /// Takes one byte if it is right.
  @inline(__always)
  private mutating func skip(_ bytes: Span<UInt8>, _ isRight: (UInt8) -> Bool) -> Bool {
    guard position < bytes.count, isRight(bytes[position]) else { return false }
    position += 1
    return true
  }

  // MARK: Strings

  /// `position` is at the opening quote.
  private mutating func string(_ bytes: Span<UInt8>) throws(Problem) -> String {
    position += 1
    let plain = try plainText(bytes)
    if bytes[plain.upperBound] == UInt8(ascii: "\"") { return bytes.text(plain) }
    var text: [UInt8] = []
    text.append(bytes.extracting(plain))
    while bytes[position - 1] == UInt8(ascii: "\\") {
      try escape(bytes, &text)
      text.append(bytes.extracting(try plainText(bytes)))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// What stands before the next quote or backslash; `position` is then behind that.
  private mutating func plainText(_ bytes: Span<UInt8>) throws(Problem) -> Range<Int> {
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      // RFC 8259 §7: control characters must be escaped.
      guard byte >= 0x20 else { throw malformed }
      position += 1
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return start..<position - 1 }
    }
    throw malformed
  }

  private mutating func escape(_ bytes: Span<UInt8>, _ text: inout [UInt8]) throws(Problem) {
    guard position < bytes.count else { throw malformed }
    position += 1
    switch bytes[position - 1] {
    case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      guard let encoded = UTF8.encode(try scalar(bytes)) else { throw malformed }
      text.append(contentsOf: encoded)
    default: throw malformed
    }
  }

  /// The character behind `\u`; beyond U+FFFF it is written as two surrogates (RFC 8259 §7), which mean
  /// nothing alone.
  private mutating func scalar(_ bytes: Span<UInt8>) throws(Problem) -> Unicode.Scalar {
    let first = try codeUnit(bytes)
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard UTF16.isLeadSurrogate(first), position + 2 <= bytes.count,
      bytes.spells("\\u", position..<position + 2)
    else { throw malformed }
    position += 2
    let second = try codeUnit(bytes)
    guard UTF16.isTrailSurrogate(second) else { throw malformed }
    return UTF16.decode(UTF16.EncodedScalar([first, second]))
  }

  private mutating func codeUnit(_ bytes: Span<UInt8>) throws(Problem) -> UInt16 {
    guard position + 4 <= bytes.count else { throw malformed }
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = ASCII.hexValue(bytes[position]) else { throw malformed }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}
