extension HTTPRequestParser {
  /// Whether the content is complete; `position` is behind what was taken.
  mutating func readContent(_ input: Span<UInt8>, _ position: inout Int) throws(Problem) -> Bool {
    while true {
      switch state {
      case .content(let remaining):
        let left = take(remaining, input, &position)
        state = .content(remaining: left)
        return left == 0
      case .chunkSize:
        guard let line = try chunkedLine(input, &position) else { return false }
        // RFC 9112 §2.2 lets a bare LF end lines of the head only. A reader and a proxy that differ about the
        // end of a chunk's line differ about where the request ends.
        guard line.upperBound < position - 1 else { throw .malformed("A chunk's size must end with CR LF.") }
        let size = try chunkSize(input, line)
        guard size <= limits.bodyBytes - request.body.count else {
          throw .contentTooLarge(limit: limits.bodyBytes)
        }
        state = size == 0 ? .trailers : .chunkContent(remaining: size)
      case .chunkContent(let remaining):
        let left = take(remaining, input, &position)
        state = left == 0 ? .chunkEnd : .chunkContent(remaining: left)
        if left > 0 { return false }
      case .chunkEnd:
        guard position < input.count else { return false }
        guard input[position] == ASCII.carriageReturn else {
          throw .malformed("A chunk is longer than its size.")
        }
        guard position + 1 < input.count else { return false }
        guard input[position + 1] == ASCII.lineFeed else { throw .malformed("A chunk must end with CR LF.") }
        position += 2
        state = .chunkSize
      case .trailers:
        guard let line = try chunkedLine(input, &position) else { return false }
        if line.isEmpty { return true }
        _ = try HTTPFieldLine.parse(input, line, base: line.lowerBound)
        try spend(line.count)
      case .requestLine, .fields, .failed:
        return false
      }
    }
  }

  /// Moves up to `count` bytes into the body; returns how many are still to come.
  private mutating func take(_ count: Int, _ input: Span<UInt8>, _ position: inout Int) -> Int {
    let taken = min(count, input.count - position)
    // Room for just what is announced: growing by doubling, unfinished requests would take twice as much.
    if request.body.isEmpty { request.body.reserveCapacity(count) }
    if taken > 0 { request.body.append(input.extracting(position..<position + taken)) }
    position += taken
    return count - taken
  }

  /// The next line between chunks, without its end and consumed, or nil if it is not all there.
  private mutating func chunkedLine(_ input: Span<UInt8>, _ position: inout Int) throws(Problem) -> Range<
    Int
  >? {
    let lineFeed = input.firstIndex(of: ASCII.lineFeed, from: position + scanned)
    let length = (lineFeed ?? input.count) - position
    guard length <= limits.requestLineBytes else {
      throw .headTooLarge("A chunk extension or a trailer is longer than \(limits.requestLineBytes) bytes.")
    }
    guard let lineFeed else {
      scanned = length
      return nil
    }
    let start = position
    position = lineFeed + 1
    scanned = 0
    return start..<Self.end(of: start..<lineFeed, input)
  }

  /// `chunk-size [ chunk-ext ]` (RFC 9112 §7.1). Extensions are ignored, but not their length (§7.1.1).
  private mutating func chunkSize(_ input: Span<UInt8>, _ line: Range<Int>) throws(Problem) -> Int {
    var size = 0
    var index = line.lowerBound
    while index < line.upperBound, let digit = ASCII.hexValue(input[index]) {
      guard size <= Int.max >> 4 else { throw .malformed("A chunk's size is not a number of bytes.") }
      size = size << 4 | Int(digit)
      index += 1
    }
    guard index > line.lowerBound else { throw .malformed("A chunk must begin with its size.") }
    try spend(line.upperBound - index)
    while index < line.upperBound, ASCII.isBlank(input[index]) { index += 1 }
    guard index == line.upperBound || input[index] == UInt8(ascii: ";") else {
      throw .malformed("A chunk's size is not a hexadecimal number.")
    }
    for rest in index..<line.upperBound where !ASCII.isFieldContent(input[rest]) {
      throw .malformed("A chunk extension has a control character.")
    }
    return size
  }

  private mutating func spend(_ bytes: Int) throws(Problem) {
    chunkOverhead += bytes
    guard chunkOverhead <= limits.headBytes else {
      throw .headTooLarge("Chunk extensions and trailers are longer than \(limits.headBytes) bytes.")
    }
  }
}
