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
