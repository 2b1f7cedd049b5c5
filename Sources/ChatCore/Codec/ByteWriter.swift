import LineProtocol

/// Writes numbers with their lowest byte first, and texts in UTF-8 behind their length.
struct ByteWriter {
  private(set) var bytes: [UInt8]

  init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  mutating func integer(_ number: some FixedWidthInteger & UnsignedInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func number(_ number: Int64) { integer(UInt64(bitPattern: number)) }

  mutating func id(_ id: MessageID) { number(id.number) }
  mutating func flag(_ isTrue: Bool) { bytes.append(isTrue ? 1 : 0) }
  mutating func time(_ time: Timestamp) { number(time.milliseconds) }

  mutating func count(_ count: Int) { integer(UInt32(clamping: count)) }

  /// A text of at most `limit` bytes; of a longer one the beginning.
  mutating func string(_ string: String, limit: Int) {
    let length = string.utf8.count
    if length > limit { return self.string(Self.beginning(of: string, limit: limit), limit: limit) }
    integer(UInt16(clamping: length))
    bytes.append(contentsOf: string.utf8)
  }

  private static func beginning(of string: String, limit: Int) -> String {
    var beginning = String.UnicodeScalarView()
    var length = 0
    for scalar in string.unicodeScalars {
      length += UTF8.width(scalar)
      if length > limit { break }
      beginning.append(scalar)
    }
    return String(beginning)
  }

  mutating func optional<Value>(_ value: Value?, _ write: (inout ByteWriter, Value) -> Void) {
    flag(value != nil)
    if let value { write(&self, value) }
  }

  // MARK: The chat's values

  mutating func session(_ id: SessionID) {
    integer(id.node)
    integer(id.loop)
    integer(id.incarnation)
    integer(id.serial)
  }

  mutating func nick(_ nick: Nick) { string(nick.text, limit: Limits.nick) }
  mutating func roomName(_ name: RoomName) { string(name.text, limit: Limits.room) }
  mutating func reference(_ reference: MessageReference) { string(reference.text, limit: Limits.reference) }
  mutating func messageText(_ text: MessageText) { string(text.string, limit: Limits.text) }

  /// Puts the length of what was appended since `start`, which is where 4 bytes were left for it.
  mutating func setLength(at start: Int) {
    let length = UInt32(clamping: bytes.count - start - 4)
    for index in 0..<4 { bytes[start + index] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(index))) }
  }
}
