import Testing

@testable import LoadBench

@Suite(.timeLimit(.minutes(5))) struct MarkerTests {
  private let run = RunID(number: 0x00c0_ffee)
  private let marker = Marker(room: 0x1234, slot: 0xfed, sequence: 0xdead_beef, time: 0x1234_5678_9abc)

  private func text(_ marker: Marker, run: RunID, around: (String, String) = ("", "")) -> [UInt8] {
    var bytes = [UInt8](repeating: 0x78, count: Marker.length)
    marker.write(into: &bytes, at: 0, run: run)
    return Array(around.0.utf8) + bytes + Array(around.1.utf8)
  }

  private func found(_ bytes: [UInt8]) -> Marker? { Marker(in: bytes.span, 0..<bytes.count, run: run) }

  @Test func isWrittenAsDigits() {
    #expect(
      String(decoding: text(marker, run: run), as: UTF8.self) == "^00c0ffee12340feddeadbeef123456789abc")
  }

  @Test(arguments: [
    Marker(room: 0, slot: 0, sequence: 0, time: 0),
    Marker(room: 0x1234, slot: 0xfed, sequence: 0xdead_beef, time: 0x1234_5678_9abc),
    Marker(room: 0xffff, slot: 0xffff, sequence: .max, time: 1 << 48 - 1),
  ])
  func isReadAsItWasWritten(marker: Marker) { #expect(found(text(marker, run: run)) == marker) }

  @Test(arguments: [
    ("MSG lobby 57 alice ", "-filler\n"), (#"{"type":"message","data":{"text":""#, #""}}"#),
    ("^00c0ffe^^", "^"),
    ("^ffffffff0000000000000000000000000000", ""),
  ])
  func isFoundWhateverIsAroundIt(before: String, after: String) {
    #expect(found(text(marker, run: run, around: (before, after))) == marker)
  }

  @Test func anotherRunsIsNone() { #expect(found(text(marker, run: RunID(number: 1))) == nil) }

  @Test func aPartIsNone() {
    let whole = text(marker, run: run)
    for count in whole.indices { #expect(found(Array(whole[..<count])) == nil) }
  }

  @Test func isLookedForInItsRangeOnly() {
    let bytes = text(marker, run: run, around: ("ab", "cd"))
    #expect(Marker(in: bytes.span, 0..<bytes.count - 3, run: run) == nil)
    #expect(Marker(in: bytes.span, 3..<bytes.count, run: run) == nil)
    #expect(Marker(in: bytes.span, 2..<bytes.count - 2, run: run) == marker)
  }
}
