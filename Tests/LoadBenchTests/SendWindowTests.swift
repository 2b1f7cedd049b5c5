import Testing

@testable import LoadBench

@Suite(.timeLimit(.minutes(5))) struct SendWindowTests {
  @Test func isFullUntilAMessageIsComplete() {
    var window = SendWindow(size: 2, steps: 3)
    #expect([window.issue(), window.issue()] == [0, 1])
    #expect(!window.hasRoom)
    #expect([window.advance(1), window.advance(0), window.advance(1)] == [false, false, false])
    #expect(!window.hasRoom)
    #expect(window.advance(1) == true)
    #expect(window.hasRoom)
    #expect(window.issue() == 2)
    #expect(!window.hasRoom)
  }

  @Test func aCompleteMessageDoesNotAdvance() {
    var window = SendWindow(size: 1, steps: 1)
    _ = window.issue()
    #expect(window.advance(0) == true)
    #expect(window.advance(0) == false)
    #expect(window.advance(7) == false)
  }

  @Test func aLostMessageKeepsItsPlace() {
    var window = SendWindow(size: 2, steps: 1)
    _ = window.issue()
    for sequence in UInt32(1)...100 {
      #expect(window.issue() == sequence)
      #expect(!window.hasRoom)
      #expect(window.advance(sequence) == true)
    }
    // Long overwritten.
    #expect(window.advance(0) == false)
    #expect(window.next == 101)
  }
}
