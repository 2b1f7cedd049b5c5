import Reactor
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct QueueTests {
  @Test func anEmptyOneGivesNothing() {
    var queue = Queue<Int>()
    #expect(queue.isEmpty && queue.first == nil && queue.popFirst() == nil && queue.elements == [])
  }

  /// Whatever comes and goes, it holds what an array would.
  @Test func isTheArrayWithoutWhatWent() {
    var random = SystemRandomNumberGenerator()
    var (queue, model, next) = (Queue<Int>(), [Int](), 0)
    for step in 0..<20_000 {
      // It grows for a while, and shrinks for a while.
      if Int.random(in: 0..<10, using: &random) < (step / 500 % 2 == 0 ? 7 : 3) {
        queue.append(next)
        model.append(next)
        next += 1
      } else {
        #expect(queue.popFirst(keptCapacity: step % 3) == (model.isEmpty ? nil : model.removeFirst()))
      }
      if queue.count != model.count || queue.first != model.first || queue.isEmpty != model.isEmpty {
        Issue.record("\(queue) is not \(model)")
        return
      }
      if step % 100 == 0 { #expect(Array(queue.elements) == model) }
    }
  }

  @Test func whatIsPastIsAtMostHalf() {
    var queue = Queue<Int>()
    for number in 0..<1_000 { queue.append(number) }
    for number in 0..<1_000 {
      #expect(queue.popFirst() == number)
      #expect(queue.elements.startIndex <= queue.count)
    }
  }

  @Test func eachIsChangedInPlace() {
    var queue = Queue<Int>()
    for number in 0..<5 { queue.append(number) }
    _ = queue.popFirst()
    queue.update { $0 *= 10 }
    #expect(Array(queue.elements) == [10, 20, 30, 40])
  }
}
