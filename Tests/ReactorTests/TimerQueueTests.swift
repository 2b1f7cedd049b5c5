import Testing

@testable import Reactor

@Suite(.timeLimit(.minutes(5))) struct TimerQueueTests {
  @Test func givesDueActionsInTheOrderOfTheirDeadlines() {
    var queue = TimerQueue<Int>()
    for deadline in [50, 10, 40, 20, 30, 10] { queue.add(deadline: Int64(deadline), deadline) }
    var popped: [Int] = []
    while let action = queue.popDue(now: 40) { popped.append(action) }
    #expect(popped == [10, 10, 20, 30, 40])
    #expect(queue.next == 50)
  }

  @Test func aDeadlineIsDueInItsOwnMillisecond() {
    var queue = TimerQueue<String>()
    queue.add(deadline: 7, "a")
    #expect(queue.popDue(now: 6) == nil)
    #expect(queue.popDue(now: 7) == "a")
    #expect(queue.next == nil)
  }
}
