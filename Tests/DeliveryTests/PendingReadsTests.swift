import Testing

@testable import Delivery

@Suite(.timeLimit(.minutes(5))) struct PendingReadsTests {
  private var reads = PendingReads<String>(timeout: 100)

  @Test mutating func anAnswerGoesToWhoAsked() {
    let (a, b) = (reads.add("a", at: 0), reads.add("b", at: 10))
    #expect(reads.take(b) == "b")
    #expect(reads.take(a) == "a")
    #expect(reads.take(a) == nil)
    #expect(reads.nextDeadline() == nil)
  }

  @Test mutating func whoWaitsTooLongIsTakenOnceInOrder() {
    let numbers = (0..<4).map { reads.add("\($0)", at: Int64($0) * 10) }
    _ = reads.take(numbers[1])
    #expect(reads.nextDeadline() == 100)
    #expect(reads.takeOverdue(at: 99).map(\.completion) == [])
    #expect(reads.takeOverdue(at: 120).map(\.completion) == ["0", "2"])
    #expect(reads.nextDeadline() == 130)
    // The answer that comes too late is nobody's.
    #expect(reads.take(numbers[0]) == nil)
    #expect(reads.takeOverdue(at: 1_000).map(\.completion) == ["3"])
    #expect(reads.takeOverdue(at: 1_000).map(\.completion) == [])
    #expect(reads.nextDeadline() == nil)
  }

  /// However many were answered while some wait.
  @Test mutating func manyAnsweredReadsLeaveTheOthersInOrder() {
    for number in 0..<1_000 {
      let id = reads.add("\(number)", at: Int64(number))
      if number % 100 != 0 { #expect(reads.take(id) == "\(number)") }
      _ = reads.nextDeadline()
    }
    #expect(reads.takeOverdue(at: 550).map(\.completion) == ["0", "100", "200", "300", "400"])
    #expect(reads.nextDeadline() == 600)
    #expect(reads.takeOverdue(at: 10_000).map(\.completion) == ["500", "600", "700", "800", "900"])
  }
}
