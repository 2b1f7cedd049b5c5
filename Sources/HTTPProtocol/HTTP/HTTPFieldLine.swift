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
