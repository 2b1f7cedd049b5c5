import Testing

@testable import HTTPProtocol

@Suite(.timeLimit(.minutes(5))) struct UTF8CheckTests {
  private func isUTF8(_ bytes: [UInt8], cut: Int) -> Bool {
    var check = UTF8Check()
    return check.take(bytes.span.extracting(0..<cut)) && check.take(bytes.span.extracting(cut..<bytes.count))
      && check.isComplete
  }

  /// The standard library's own check is the oracle: every pair, and every interesting byte at four places.
  @Test func agreesWithTheStandardLibrary() {
    var wrong: [[UInt8]] = []
    func compare(_ bytes: [UInt8]) {
      let expected = String(validating: bytes, as: UTF8.self) != nil
      for cut in 0...bytes.count where isUTF8(bytes, cut: cut) != expected { wrong.append(bytes) }
    }
    for first in UInt8.min...UInt8.max {
      for second in UInt8.min...UInt8.max { compare([first, second]) }
    }
    let edges: [UInt8] = [
      0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
      0xef,
      0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
    ]
    for first in edges where first >= 0xc0 {
      for second in edges {
        for third in edges {
          compare([first, second, third])
          for fourth in edges where first >= 0xf0 { compare([first, second, third, fourth]) }
        }
      }
    }
    #expect(wrong == [])
  }

  @Test func longRunsOfASCII() {
    for length in 0...40 {
      let run = [UInt8](repeating: 97, count: length)
      for tail: [UInt8] in [[], Array("é".utf8), [0xff], [0xc3]] {
        let bytes = run + tail
        #expect(isUTF8(bytes, cut: length) == (String(validating: bytes, as: UTF8.self) != nil))
        #expect(isUTF8(bytes + run, cut: length) == (String(validating: bytes + run, as: UTF8.self) != nil))
      }
    }
  }

  @Test func failsAtTheFirstByteThatCannotBe() {
    for bytes: [UInt8] in [[0xed, 0xa0], [0xe0, 0x9f], [0xf0, 0x8f], [0xf4, 0x90], [0xc1], [0xf5]] {
      var check = UTF8Check()
      let taken = check.take(bytes.span)
      #expect(!taken)
    }
  }
}
