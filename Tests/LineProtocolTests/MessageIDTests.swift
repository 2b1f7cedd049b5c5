import Testing

@testable import LineProtocol

@Suite(.timeLimit(.minutes(5))) struct MessageIDTests {
  @Test(
    arguments: [
      ("0", 0), ("1", 1), ("58", 58), ("007", 7), ("9223372036854775807", .max),
      ("00009223372036854775807", .max),
    ] as [(String, Int64)])
  func readsDigits(text: String, number: Int64) {
    #expect(MessageID(text)?.number == number)
    #expect(MessageID(text.utf8.span)?.number == number)
  }

  @Test(arguments: [
    "", " ", "-1", "-0", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "١", "1\n", "9223372036854775808",
    "18446744073709551616", "99999999999999999999999999",
  ])
  func refusesWhatIsNoID(text: String) {
    #expect(MessageID(text) == nil)
    #expect(MessageID(text.utf8.span) == nil)
  }

  /// Each beginning of an id is one too, and another: nobody may take a part of a line for the whole.
  @Test func readsAllThatItIsGivenAndNoMore() {
    let line = Array("12345 text".utf8)
    for end in 1...5 {
      let id = MessageID(line.span.extracting(0..<end))
      #expect(id?.description == String(decoding: line[..<end], as: UTF8.self))
    }
    for end in 6...line.count { #expect(MessageID(line.span.extracting(0..<end)) == nil) }
    #expect(MessageID(line.span.extracting(0..<0)) == nil)
  }

  @Test(arguments: [(0, "0"), (58, "58"), (.max, "9223372036854775807")] as [(Int64, String)])
  func isWrittenInDecimal(number: Int64, text: String) {
    #expect("\(MessageID(number))" == text)
    #expect(MessageID(text) == MessageID(number))
    var bytes = Array("id ".utf8)
    bytes.append(id: MessageID(number))
    #expect(String(decoding: bytes, as: UTF8.self) == "id \(text)")
  }

  @Test func isOrderedByItsNumber() {
    let ids: [MessageID] = [.max, 9, 10, .zero, 1]
    #expect(ids.sorted() == [0, 1, 9, 10, .max])
    #expect(MessageID.zero < 1 && MessageID.max > 1 && MessageID(7) <= 7 && MessageID(7) >= 7)
    #expect(Set(ids + ids).count == ids.count)
  }

  @Test func aLiteralIsItsNumber() {
    let id: MessageID = 58
    #expect(id.number == 58 && id == MessageID(58 as Int64))
    #expect(MessageID.zero == 0)
  }

  @Test func stepsEndAtTheBounds() {
    #expect(MessageID(7).next == 8 && MessageID(7).previous == 6)
    #expect(MessageID.zero.next == 1 && MessageID(1).previous == .zero)
    #expect(MessageID.zero.previous == .zero)
    #expect(MessageID.max.next == .max && MessageID.max.previous == MessageID(.max - 1))
    #expect(MessageID(.min).previous == .zero)
  }

  @Test func countsAndDoesNotOverflow() {
    #expect(MessageID(58) - 50 == 8 && MessageID(50) - 58 == -8)
    #expect(MessageID.max - .zero == .max && MessageID.zero - .max == -.max)
    #expect(MessageID.max - MessageID(.min) == .max && MessageID(.min) - .max == .min)
    #expect(MessageID(58).distance(to: 60) == 2)
    #expect(MessageID(58).advanced(by: 2) == 60 && MessageID(58).advanced(by: -8) == 50)
    #expect(MessageID.max.advanced(by: 1) == .max && MessageID(5).advanced(by: .max) == .max)
    #expect(MessageID(50).advanced(by: -58) == .zero && MessageID(.min).advanced(by: -1) == .zero)
    #expect(Array(MessageID(3)...5) == [3, 4, 5])
    #expect(Array(MessageID.max.previous ... .max) == [MessageID.max.previous, .max])
  }
}
