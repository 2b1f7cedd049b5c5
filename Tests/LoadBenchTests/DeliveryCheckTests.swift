import Testing

@testable import LoadBench

@Suite(.timeLimit(.minutes(5))) struct DeliveryCheckTests {
  private func verdicts(_ sequences: [UInt32], _ check: inout DeliveryCheck) -> [DeliveryCheck.Verdict] {
    sequences.map { check.take($0) }
  }

  @Test func oneAfterTheOtherIsInOrder() {
    var check = DeliveryCheck()
    #expect(verdicts([0, 1, 2], &check) == [.inOrder, .inOrder, .inOrder])
    #expect(check.lost(of: 3) == 0)
  }

  @Test func whatDoesNotComeIsLost() {
    var check = DeliveryCheck()
    #expect(check.lost(of: 0) == 0)
    #expect(check.lost(of: 5) == 5)
    #expect(verdicts([1, 4], &check) == [.inOrder, .inOrder])
    // 0, 2 and 3 in between, and 5 at the end.
    #expect(check.lost(of: 6) == 4)
  }

  @Test func whatComesTwiceIsDoubled() {
    var check = DeliveryCheck()
    #expect(verdicts([0, 0, 1, 0, 1], &check) == [.inOrder, .doubled, .inOrder, .doubled, .doubled])
    #expect(check.lost(of: 2) == 0)
  }

  @Test func whatComesAfterALaterOneIsLateAndNotLost() {
    var check = DeliveryCheck()
    #expect(verdicts([0, 2, 1, 1], &check) == [.inOrder, .inOrder, .late, .doubled])
    #expect(check.lost(of: 3) == 0)
  }
}
