/// The header fields of one request: a copy of its head, and where each name and value stands in it.
///
/// Two allocations for any number of fields; a value becomes a `String` when somebody asks for it.
public struct HTTPHeaders: Equatable, Sendable {
  /// Offsets into `bytes`. The value is without the blanks around it.
  struct Field: Equatable, Sendable {
    let name: Range<Int32>
    let value: Range<Int32>
  }

  var bytes: [UInt8] = []
  var fields: [Field] = []

  /// The value of the first field called `name`, or nil. Names are compared without case (RFC 9110 §5.1).
  public subscript(_ name: StaticString) -> String? {
    fields.first { self.name(of: $0, is: name) }.map(value)
  }

  /// The values of all fields called `name`, in order.
  public func all(_ name: StaticString) -> [String] {
    fields.filter { self.name(of: $0, is: name) }.map(value)
  }

  /// Whether a field called `name` lists `token` among its comma-separated members, both without case.
  public func lists(_ token: StaticString, in name: StaticString) -> Bool {
    for field in fields where self.name(of: field, is: name) {
      let end = Int(field.value.upperBound)
      var start = Int(field.value.lowerBound)
      while start <= end {
        let comma = bytes[start..<end].firstIndex(of: UInt8(ascii: ",")) ?? end
        if equal(trimmed(start..<comma), token) { return true }
        start = comma + 1
      }
    }
    return false
  }

  func name(of field: Field, is name: StaticString) -> Bool { equal(range(field.name), name) }

  func value(of field: Field, is value: StaticString) -> Bool { equal(range(field.value), value) }

  func value(_ field: Field) -> String { String(decoding: valueBytes(field), as: UTF8.self) }

  func valueBytes(_ field: Field) -> ArraySlice<UInt8> { bytes[range(field.value)] }

  func range(_ range: Range<Int32>) -> Range<Int> { Int(range.lowerBound)..<Int(range.upperBound) }

  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, ASCII.isBlank(bytes[start]) { start += 1 }
    while end > start, ASCII.isBlank(bytes[end - 1]) { end -= 1 }
    return start..<end
  }

  private func equal(_ range: Range<Int>, _ literal: StaticString) -> Bool {
    guard range.count == literal.utf8CodeUnitCount else { return false }
    return literal.withUTF8Buffer { wanted in
      for offset in 0..<wanted.count
      where ASCII.lowercased(bytes[range.lowerBound + offset]) != ASCII.lowercased(wanted[offset]) {
        return false
      }
      return true
    }
  }
}

/// `field-name ":" OWS field-value OWS` (RFC 9112 §5), in a head and in trailers.
enum HTTPFieldLine {
  /// Where name and value of `line` stand, counted from `base`.
  static func parse(_ input: Span<UInt8>, _ line: Range<Int>, base: Int) throws(Problem) -> HTTPHeaders.Field
  {
    var colon = line.lowerBound
    while colon < line.upperBound, ASCII.isToken(input[colon]) { colon += 1 }
    guard colon < line.upperBound, input[colon] == UInt8(ascii: ":"), colon > line.lowerBound else {
      throw .malformed(refusal(input, line, nameEnd: colon))
    }
    var start = colon + 1
    var end = line.upperBound
    while start < end, ASCII.isBlank(input[start]) { start += 1 }
    while end > start, ASCII.isBlank(input[end - 1]) { end -= 1 }
    for index in start..<end where !ASCII.isFieldContent(input[index]) {
      throw .malformed("The header field \(input.text(line.lowerBound..<colon)) has a control character.")
    }
    return HTTPHeaders.Field(
      name: Int32(line.lowerBound - base)..<Int32(colon - base),
      value: Int32(start - base)..<Int32(end - base))
  }

  private static func refusal(_ input: Span<UInt8>, _ line: Range<Int>, nameEnd: Int) -> String {
    guard nameEnd < line.upperBound, ASCII.isBlank(input[nameEnd]) else {
      return "A header field must be NAME: VALUE, and its name a token."
    }
    // RFC 9112 §5.2: a server must refuse a folded line; §5.1: and blanks between name and colon.
    return nameEnd == line.lowerBound
      ? "A header field cannot go on in a second line." : "A header field's name must be followed by a colon."
  }
}
