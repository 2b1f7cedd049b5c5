import LineProtocol
import Testing

@testable import ChatClient

@Suite(.timeLimit(.minutes(5))) struct InputLinesTests {
  @Test func numbersLinesAndPassesOverEmptyOnes() {
    let bytes = Array("one\n\r\n two \ntab\there\r\n\u{1B}[0m\nlast".utf8)
    let expected: [InputLines.Line] = [
      .draft(Draft(text: "one", inputLine: 1)), .draft(Draft(text: " two ", inputLine: 3)),
      .draft(Draft(text: "tab\there", inputLine: 4)),
      .unusable(number: 5, reason: TextError.control(0x1B).reason), .draft(Draft(text: "last", inputLine: 6)),
    ]
    for cut in 0...bytes.count {
      var input = InputLines()
      #expect(
        input.feed(bytes[..<cut]) + input.feed(bytes[cut...]) + input.finish() == expected, "cut at \(cut)")
    }
    var input = InputLines()
    #expect(bytes.flatMap { input.feed([$0]) } + input.finish() == expected)
  }

  /// Where the input is a terminal and the output is not, a person types; nobody reads what a command would
  /// show.
  @Test func whatIsTypedAsACommandIsNotSent() {
    var input = InputLines(isTyped: true)
    let lines = input.feed(Array("/msg bob secret\n //x\none\n/quit\n".utf8))
    let reason = "not sent: for commands the output has to be a terminal too"
    #expect(
      lines == [
        .unusable(number: 1, reason: reason), .draft(Draft(text: "/x", inputLine: 2)),
        .draft(Draft(text: "one", inputLine: 3)), .unusable(number: 4, reason: reason),
      ])
  }

  @Test func tellsALongLineOnceAndGoesOn() {
    let long = [UInt8](repeating: 0x61, count: 3 * Limits.line)
    for ending in ["\n", ""] {
      var input = InputLines()
      let lines = long.chunked(by: 1000).flatMap { input.feed($0) } + input.feed(Array((ending + "x\n").utf8))
      let tooLong = InputLines.Line.unusable(number: 1, reason: TextError.tooLong.reason)
      #expect(lines == (ending.isEmpty ? [tooLong] : [tooLong, .draft(Draft(text: "x", inputLine: 2))]))
      #expect(input.finish() == [])
    }
  }

  @Test func aLineLongerThanATextIsUnusable() {
    var input = InputLines()
    let text = String(repeating: "a", count: Limits.text)
    #expect(
      input.feed(Array("\(text)\n\(text)b\n".utf8)) == [
        .draft(Draft(text: text, inputLine: 1)), .unusable(number: 2, reason: TextError.tooLong.reason),
      ])
  }

  @Test func nothingIsNothing() {
    var input = InputLines()
    #expect(input.finish() == [])
  }
}

extension Array {
  fileprivate func chunked(by count: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
  }
}
