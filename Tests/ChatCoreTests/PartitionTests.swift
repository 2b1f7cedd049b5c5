import ChatCore
import Testing

@Suite(.timeLimit(.minutes(5))) struct PartitionTests {
  @Test func findsTheFirstOfTheSecondPart() {
    for count in 0...9 {
      let numbers = (0..<count).map { $0 * 2 }
      for limit in -1...2 * count {
        let expected = numbers.firstIndex { $0 > limit } ?? numbers.endIndex
        #expect(numbers.partitioningIndex { $0 > limit } == expected)
      }
    }
    #expect([1, 2, 3, 4][1...].partitioningIndex { $0 > 2 } == 2)
  }
}
