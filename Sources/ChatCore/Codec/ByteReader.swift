import LineProtocol

/// Reads what ``ByteWriter`` has written. Everything is checked: whatever the bytes are, it throws or returns
/// what they say.
struct ByteReader {
  private let bytes: [UInt8]
  private let end: Int
  private(set) var offset: Int

  init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }

  /// Reads a part of `bytes`. Offsets of errors count from the beginning of all.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    (offset, end) = (range.lowerBound, range.upperBound)
  }

  var remaining: Int { end - offset }

  func checkEnd() throws(CodecError) {
    if remaining > 0 { throw CodecError("there are more bytes than there should be", at: offset) }
  }

  mutating func integer<Number: FixedWidthInteger & UnsignedInteger>(
    _: Number.Type = Number.self
  ) throws(CodecError) -> Number {
    let width = Number.bitWidth / 8
    if remaining < width { throw CodecError("a number is cut", at: offset) }
    var number: Number = 0
    for index in (offset..<offset + width).reversed() { number = number << 8 | Number(bytes[index]) }
    offset += width
    return number
  }

  mutating func byte() throws(CodecError) -> UInt8 { try integer() }

  /// A signed number within `range`.
  mutating func number(_ what: String, in range: ClosedRange<Int64>) throws(CodecError) -> Int64 {
    let start = offset
    let number = Int64(bitPattern: try integer())
    if !range.contains(number) { throw CodecError("\(what) cannot be \(number)", at: start) }
    return number
  }

  /// An id within `range`.
  mutating func id(_ what: String, in range: ClosedRange<MessageID>) throws(CodecError) -> MessageID {
    MessageID(try number(what, in: range.lowerBound.number...range.upperBound.number))
  }

  mutating func flag() throws(CodecError) -> Bool {
    switch try byte() {
    case 0: return false
    case 1: return true
    case let other: throw CodecError("\(other) is neither 0 nor 1", at: offset - 1)
    }
  }

  /// Something that may be absent.
  mutating func optional<Value>(
    _ read: (inout ByteReader) throws(CodecError) -> Value
  ) throws(CodecError) -> Value? {
    try flag() ? try read(&self) : nil
  }

  /// So many of something that takes `bytes` at least.
  mutating func count(of bytes: Int) throws(CodecError) -> Int {
    let start = offset
    let count = try integer(UInt32.self)
    if Int(count) > remaining / bytes { throw CodecError("there are no \(count) of them", at: start) }
    return Int(count)
  }

  /// A text of at most `limit` bytes.
  mutating func string(limit: Int) throws(CodecError) -> String {
    let start = offset
    let length = Int(try integer(UInt16.self))
    if length > limit { throw CodecError("a text has \(length) bytes, and may have \(limit)", at: start) }
    if remaining < length { throw CodecError("a text is cut", at: start) }
    guard let string = Self.string(bytes.span.extracting(offset..<offset + length)) else {
      throw CodecError("a text is not UTF-8", at: start)
    }
    offset += length
    return string
  }

  private static func string(_ bytes: Span<UInt8>) -> String? {
    guard let text = try? UTF8Span(validating: bytes) else { return nil }
    return String(copying: text)
  }

  mutating func time() throws(CodecError) -> Timestamp {
    let start = offset
    let milliseconds = Int64(bitPattern: try integer())
    let time = Timestamp(milliseconds: milliseconds)
    if time.milliseconds != milliseconds { throw CodecError("no time is \(milliseconds)", at: start) }
    return time
  }

  // MARK: The chat's values

  mutating func session() throws(CodecError) -> SessionID {
    SessionID(node: try integer(), loop: try integer(), incarnation: try integer(), serial: try integer())
  }

  mutating func nick() throws(CodecError) -> Nick {
    let start = offset
    let text = try string(limit: Limits.nick)
    do throws(NameError) { return try Nick(text) } catch { throw CodecError(error.reason, at: start) }
  }

  mutating func roomName() throws(CodecError) -> RoomName {
    let start = offset
    let text = try string(limit: Limits.room)
    // The initialiser takes a name with `#` too, which would not be written again.
    if text.utf8.first == UInt8(ascii: "#") {
      throw CodecError("a room's name is written without #", at: start)
    }
    do throws(NameError) { return try RoomName(text) } catch { throw CodecError(error.reason, at: start) }
  }

  mutating func reference() throws(CodecError) -> MessageReference {
    let start = offset
    let text = try string(limit: Limits.reference)
    do throws(NameError) { return try MessageReference(text) } catch {
      throw CodecError(error.reason, at: start)
    }
  }

  mutating func messageText() throws(CodecError) -> MessageText {
    let start = offset
    let string = try string(limit: Limits.text)
    do throws(TextError) {
      let text = try MessageText(string)
      // The initialiser takes other ends of lines too, which would not be written again.
      if text.string.utf8.elementsEqual(string.utf8) { return text }
    } catch {
      throw CodecError("a message's text is refused: \(error)", at: start)
    }
    throw CodecError("a message's lines do not end as they are stored", at: start)
  }
}

/// Bytes are not what they should be.
package struct CodecError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong, as the end of a sentence about the bytes: "has bytes behind its end".
  package let what: String
  /// The offset of the part that is wrong.
  package let offset: Int

  package init(_ what: String, at offset: Int) {
    self.what = what
    self.offset = offset
  }

  package var description: String { "at byte \(offset): \(what)" }
}
