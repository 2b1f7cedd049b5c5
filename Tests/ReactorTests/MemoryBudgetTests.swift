import Testing

@testable import Reactor

@Suite(.timeLimit(.minutes(5))) struct MemoryBudgetTests {
  typealias Budget = MemoryBudget<String>

  @Test func sumsWhatIsHeld() {
    var budget = Budget(limit: 1000)
    let a = budget.set(600, Budget.noSlot, of: "a")
    let b = budget.set(400, Budget.noSlot, of: "b")
    #expect(budget.held == 1000)
    #expect(!budget.isOver)
    #expect(budget.set(500, b, of: "b") == b)
    #expect(budget.isOver)
    #expect(budget.set(0, a, of: "a") == Budget.noSlot)
    #expect(budget.held == 500)
    budget.forget(b)
    #expect(budget.held == 0)
    #expect(budget.set(0, Budget.noSlot, of: "c") == Budget.noSlot)
  }

  @Test func evictsTheLargestFirst() {
    var budget = Budget(limit: 0)
    for (name, bytes) in [("small", 600), ("large", 900_000), ("medium", 70_000)] {
      _ = budget.set(bytes, Budget.noSlot, of: name)
    }
    #expect(budget.evictLargest() == "large")
    #expect(budget.evictLargest() == "medium")
    #expect(budget.evictLargest() == "small")
    #expect(budget.evictLargest() == nil)
    #expect(budget.held == 0)
    #expect(budget.evicted == 970_600)
  }

  @Test func countsTheEvictedUntilTheyAreGone() {
    var budget = Budget(limit: 1000)
    let slot = budget.set(2000, Budget.noSlot, of: "a")
    #expect(budget.isOver && budget.isFarOver)
    #expect(budget.evictLargest() == "a")
    #expect(!budget.isOver)
    #expect(budget.isFarOver)
    #expect(budget.set(50, slot, of: "a") == slot)
    #expect(budget.evicted == 50)
    #expect(budget.evict(slot) == nil)
    #expect(budget.readmit(slot) == slot)
    #expect(budget.evicted == 0 && budget.held == 50)
    #expect(budget.evictLargest() == "a")
    budget.forget(slot)
    #expect(budget.evicted == 0)
  }

  /// Somebody who was evicted has gone before it was taken, and its slot is another's, who is evicted too.
  @Test func aSlotThatIsGivenAgainIsTakenOnce() {
    var budget = Budget(limit: 0)
    let slot = budget.set(600, Budget.noSlot, of: "a")
    #expect(budget.evictLargest() == "a")
    budget.forget(slot)
    #expect(budget.set(700, Budget.noSlot, of: "b") == slot)
    #expect(budget.evictLargest() == "b")
    #expect(budget.takeEvicted(16) == ["b"])
    #expect(!budget.hasEvicted)
    // Once more, when it has been let go on.
    #expect(budget.readmit(slot) == slot)
    #expect(budget.evictLargest() == "b")
    #expect(budget.takeEvicted(16) == ["b"])
  }

  /// Whatever happens to holders, the sums and the largest are those of a plain table.
  @Test func agreesWithATable() {
    var random = SystemRandomNumberGenerator()
    var budget = MemoryBudget<Int>(limit: 1 << 20)
    var table: [Int: Int] = [:]
    var slots = Array(repeating: MemoryBudget<Int>.noSlot, count: 100)
    for _ in 0..<20_000 {
      let holder = Int.random(in: 0..<100, using: &random)
      let bytes = Bool.random(using: &random) ? 0 : Int.random(in: 1...(1 << Int.random(in: 1...20)))
      slots[holder] = budget.set(bytes, slots[holder], of: holder)
      table[holder] = bytes == 0 ? nil : bytes
      #expect(budget.held == table.values.reduce(0, +))
      if budget.isOver, let evicted = budget.evictLargest() {
        let largest = table.values.max() ?? 0
        #expect(MemoryBudget<Int>.sizeClass(table[evicted] ?? 0) == MemoryBudget<Int>.sizeClass(largest))
        budget.forget(slots[evicted])
        slots[evicted] = MemoryBudget<Int>.noSlot
        table[evicted] = nil
      }
    }
    #expect(budget.evicted == 0)
  }

  @Test func classesRiseWithSizeByAFifthOrSo() {
    var last = 0
    for bytes in stride(from: 1, through: 1 << 22, by: 512) {
      let sizeClass = MemoryBudget<Int>.sizeClass(bytes)
      #expect(sizeClass == last || sizeClass > last)
      last = sizeClass
    }
    #expect(MemoryBudget<Int>.sizeClass(1) == 1)
    #expect(MemoryBudget<Int>.sizeClass(1 << 20) > MemoryBudget<Int>.sizeClass((1 << 20) - (1 << 18)))
    #expect(MemoryBudget<Int>.sizeClass(.max) < 256)
  }
}
