/// Writes JSON (RFC 8259) with its members in the order of the calls.
///
/// Commas and colons come by themselves; that every `begin` has its `end` and that objects get keys is the
/// caller's part.
public struct JSONWriter: Sendable {
  /// Everything written, behind what `init` was given.
  public private(set) var bytes: [UInt8]
  /// Where this writer's JSON begins.
  private let start: Int

  /// Appends to `bytes`.
  public init(appendingTo bytes: consuming [UInt8] = []) {
    start = bytes.count
    self.bytes = bytes
    // One allocation for a usual message; a buffer that is there grows by its own rule.
    if start == 0 { self.bytes.reserveCapacity(256) }
  }

  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  public mutating func endObject() { bytes.append(UInt8(ascii: "}")) }
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  public mutating func endArray() { bytes.append(UInt8(ascii: "]")) }

  /// The name of the member whose value is written next.
  public mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
  }

  public mutating func string(_ value: String) {
    separate()
    quote(value)
  }

  public mutating func int(_ value: Int) {
    separate()
    bytes.append(decimal: value)
  }

  mutating func bool(_ value: Bool) {
    separate()
    bytes.append(value ? "true" : "false")
  }

  public mutating func null() {
    separate()
    bytes.append("null")
  }

  /// `json` is one JSON value written earlier.
  public mutating func raw(_ json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
  }

  public mutating func field(_ name: String, _ value: String) {
    key(name)
    string(value)
  }

  public mutating func field(_ name: String, _ value: Int) {
    key(name)
    int(value)
  }

  public mutating func field(_ name: String, _ value: Bool) {
    key(name)
    bool(value)
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
  }

  /// A comma, unless this is the first value of its array or object, a member's value, or the outermost
  /// value. Outside of strings these bytes stand nowhere else, and a string ends with a quote.
  private mutating func separate() {
    guard bytes.count > start, let last = bytes.last else { return }
    if last != UInt8(ascii: "{") && last != UInt8(ascii: "[") && last != UInt8(ascii: ":") {
      bytes.append(UInt8(ascii: ","))
    }
  }

  private mutating func quote(_ text: String) {
    var text = text
    bytes.append(UInt8(ascii: "\""))
    text.withUTF8 { utf8 in
      var clean = 0
      for index in utf8.indices where Self.needsEscape(utf8[index]) {
        bytes.append(contentsOf: utf8[clean..<index])
        escape(utf8[index])
        clean = index + 1
      }
      bytes.append(contentsOf: utf8[clean...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// RFC 8259 §7: quote, backslash and controls. DEL and everything beyond ASCII may stand as they are.
  @inline(__always)
  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): bytes.append("\\\"")
    case UInt8(ascii: "\\"): bytes.append("\\\\")
    case 0x08: bytes.append("\\b")
    case 0x09: bytes.append("\\t")
    case 0x0a: bytes.append("\\n")
    case 0x0c: bytes.append("\\f")
    case 0x0d: bytes.append("\\r")
    default:
      let low = byte & 15
      bytes.append(byte < 16 ? "\\u000" : "\\u001")
      bytes.append(low < 10 ? low + 0x30 : low + 0x57)
    }
  }
}
