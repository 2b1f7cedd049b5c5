import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct LineScannerTests {
  /// All lines of `input`, which arrives in the given pieces.
  private func lines(_ pieces: [ArraySlice<UInt8>], limit: Int = Limits.line) -> [String] {
    var buffer: [UInt8] = []
    var lines: [String] = []
    for piece in pieces {
      buffer += piece
      var offset = 0
      scan: while true {
        switch LineScanner.next(in: buffer.span, from: offset, limit: limit) {
        case .line(let range, let next):
          lines.append(String(decoding: buffer[range], as: UTF8.self))
          offset = next
        case .needMore: break scan
        case .tooLong: return lines + ["too long"]
        }
      }
      buffer.removeFirst(offset)
    }
    return lines + (buffer.isEmpty ? [] : ["open: " + String(decoding: buffer, as: UTF8.self)])
  }

  private func next(_ bytes: [UInt8], from offset: Int) -> LineScanner.Outcome {
    LineScanner.next(in: bytes.span, from: offset)
  }

  private func resume(_ bytes: [UInt8], from offset: Int) -> Int? {
    LineScanner.resume(in: bytes.span, from: offset)
  }

  private let input = bytes(
    "NICK alice\r\nJOIN lobby\n\n\r\nMSG lobby a\rb\r\r\nMSG lobby a line longer than a word\nrest")
  private let expected = [
    "NICK alice", "JOIN lobby", "", "", "MSG lobby a\rb\r", "MSG lobby a line longer than a word",
    "open: rest",
  ]

  @Test func findsTheLinesOfOnePiece() {
    #expect(lines([input[...]]) == expected)
  }

  @Test func findsThemByteByByte() {
    #expect(lines(input.indices.map { input[$0...$0] }) == expected)
  }

  @Test func findsThemCutAtEveryPoint() {
    for cut in 0...input.count {
      #expect(lines([input[..<cut], input[cut...]]) == expected)
    }
  }

  @Test func findsTheEndAtEveryPlace() {
    for length in 0..<40 {
      for start in 0..<9 {
        let input = Array(repeating: UInt8(0x0B), count: start + length) + [0x0A, 0x0A]
        #expect(
          next(input, from: start)
            == .line(start..<start + length, next: start + length + 1))
      }
    }
  }

  @Test func aLineHasAtMostTheLimitWithItsEnd() {
    func line(_ content: Int, _ end: String) -> [UInt8] {
      Array(repeating: 0x78, count: content) + bytes(end)
    }
    #expect(next(line(8191, "\n"), from: 0) == .line(0..<8191, next: 8192))
    #expect(next(line(8190, "\r\n"), from: 0) == .line(0..<8190, next: 8192))
    #expect(next(line(8192, "\n"), from: 0) == .tooLong)
    #expect(next(line(8191, "\r\n"), from: 0) == .tooLong)
  }

  @Test func theLimitHoldsBeforeAnEndIsFound() {
    let open = [UInt8](repeating: 0x78, count: 8192)
    #expect(next(Array(open[..<8191]), from: 0) == .needMore)
    #expect(next(open, from: 0) == .tooLong)
    #expect(next(open, from: 1) == .needMore)
  }

  @Test func theLimitCountsFromTheOffset() {
    let input =
      [UInt8](repeating: 0x78, count: 5000) + [0x0A] + [UInt8](repeating: 0x79, count: 5000) + [0x0A]
    #expect(next(input, from: 5001) == .line(5001..<10001, next: 10002))
    #expect(lines([input[...]], limit: 5000) == ["too long"])
  }

  @Test func needsMoreAtTheEndAndBeyond() {
    #expect(next(input, from: input.count) == .needMore)
    #expect(next(input, from: input.count + 1) == .needMore)
    #expect(next(input, from: -1) == .needMore)
    #expect(next([], from: 0) == .needMore)
  }

  @Test func resumesAfterALineThatWasTooLong() {
    let input = [UInt8](repeating: 0x78, count: 9000) + bytes("\nPING\n")
    #expect(next(input, from: 0) == .tooLong)
    #expect(resume(input, from: 0) == 9001)
    #expect(resume(Array(input[..<9000]), from: 0) == nil)
    #expect(resume(input, from: input.count + 1) == nil)
  }
}
