import Testing

@testable import ChatCore

@Suite(.timeLimit(.minutes(5))) struct SortedListTests {
  /// Every page there is, from the first on.
  private func pages(_ names: SortedList<Int>, limit: Int) -> [[Int]] {
    var pages: [[Int]] = []
    var last: Int?
    while true {
      let page = names.page(after: last, limit: limit)
      pages.append(page.elements)
      if !page.hasMore { return pages }
      last = page.elements.last
    }
  }

  @Test func anEmptyListIsOneEmptyPage() {
    #expect(pages(SortedList(), limit: 3) == [[]])
    #expect(pages(SortedList([]), limit: 3) == [[]])
    #expect(SortedList([1]).page(after: 1, limit: 3).elements == [])
  }

  @Test func pagesHaveTheirLimitAndTellWhetherThereIsMore() {
    let names = SortedList([5, 1, 4, 2, 3, 6])
    #expect(pages(names, limit: 3) == [[1, 2, 3], [4, 5, 6]])
    #expect(pages(names, limit: 4) == [[1, 2, 3, 4], [5, 6]])
    #expect(pages(names, limit: 6) == [[1, 2, 3, 4, 5, 6]])
    #expect(names.page(after: 0, limit: 2).elements == [1, 2])
  }

  /// The name that a page ended with may be gone when the next one is asked for.
  @Test func goesOnBehindANameThatIsGone() {
    var names = SortedList([1, 2, 3, 4])
    names.remove(2)
    #expect(names.page(after: 2, limit: 9).elements == [3, 4])
  }

  @Test func holdsWhatASetHoldsInOrder() {
    var generator = SystemRandomNumberGenerator()
    var names = SortedList<Int>()
    var expected: Set<Int> = []
    for step in 0..<20_000 {
      let name = Int.random(in: 0..<5_000, using: &generator)
      // First more come than go, then more go than come, until nothing is left: chunks are cut and vanish.
      if Int.random(in: 0..<10, using: &generator) < (step < 10_000 ? 8 : 2) {
        names.insert(name)
        expected.insert(name)
      } else {
        names.remove(name)
        expected.remove(name)
      }
    }
    #expect(names.page(after: nil, limit: .max - 1).elements == expected.sorted())
    for limit in [1, 64, 1000] {
      #expect(Array(pages(names, limit: limit).joined()) == expected.sorted())
    }
    #expect(Array(pages(SortedList(expected), limit: 64).joined()) == expected.sorted())
    for name in expected { names.remove(name) }
    #expect(pages(names, limit: 64) == [[]])
  }

  @Test func insertsInRisingAndFallingOrder() {
    let count = SortedList<Int>.longestChunk * 3
    var rising = SortedList<Int>()
    var falling = SortedList<Int>()
    for name in 0..<count {
      rising.insert(name)
      falling.insert(count - 1 - name)
    }
    #expect(Array(pages(rising, limit: 100).joined()) == Array(0..<count))
    #expect(Array(pages(falling, limit: 100).joined()) == Array(0..<count))
  }
}
