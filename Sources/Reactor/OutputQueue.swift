import Glibc

/// What the outputs of one loop share: the list of those with something to send, a stock of free blocks, and
/// a budget.
///
/// The stock spares active connections an allocation for each send; it is small, so that memory given to a
/// burst returns. The budget bounds what all connections of the loop hold for their peers: output that is not
/// taken, input that is not whole.
final class OutputQueue {
  typealias Slot = MemoryBudget<Output>.Slot

  static let blockSize = 4096
  private static let stockLimit = 512
  private static let evictionsAtOnce = 16
  /// Output that does not wait is accounted for in steps of so many bytes: most answers cost one change of
  /// the sum, and one back.
  static let accountingStep = 512

  var dirty: [Output] = []
  let arena = TurnArena()
  private var stock: [UnsafeMutableRawPointer] = []
  private var budget: MemoryBudget<Output>
  /// More is held than may be, or was until the evicted have given theirs back.
  private(set) var isOverBudget = false
  /// Connections that were evicted because all together held too much.
  private(set) var evictions = 0

  init(memoryLimit: Int) { budget = MemoryBudget(limit: memoryLimit) }

  deinit { for block in stock { free(block) } }

  /// Not written out where it is used: the thread sanitizer of Swift 6.3 cannot compile a change through the
  /// unowned reference there.
  @inline(__always)
  func add(_ output: Output) { dirty.append(output) }

  // MARK: The budget

  /// What all connections hold, in bytes.
  var heldBytes: Int { budget.held + budget.evicted }
  var isFarOverBudget: Bool { budget.isFarOver }

  func account(_ bytes: Int, _ slot: Slot, of connection: Connection?) -> Slot {
    // Without its connection an output is about to be freed, and forgets its slot.
    guard let connection else { return slot }
    let slot = budget.set(bytes, slot, of: connection.output)
    isOverBudget = budget.isOver || budget.isFarOver
    return slot
  }

  func forget(_ slot: Slot) {
    budget.forget(slot)
    isOverBudget = budget.isOver || budget.isFarOver
  }

  func evict(_ slot: Slot) {
    if budget.evict(slot) != nil { evictions += 1 }
    isOverBudget = budget.isOver || budget.isFarOver
  }

  func readmit(_ slot: Slot) -> Slot {
    let slot = budget.readmit(slot)
    isOverBudget = budget.isOver || budget.isFarOver
    return slot
  }

  var hasEvicted: Bool { budget.hasEvicted }

  /// Those whose connections are to be cut off next. A connection that is cut off is a lot of work, for those
  /// that it shared rooms with too: so a turn ends only a few.
  func takeEvicted() -> [Output] { budget.takeEvicted(Self.evictionsAtOnce) }

  /// Evicts the largest until the others hold no more than they may. True if `spared`, which the caller has
  /// to evict, was among them.
  func evictLargest(sparing spared: Output? = nil) -> Bool {
    var isSparedDue = false
    while budget.isOver, let largest = budget.evictLargest() {
      evictions += 1
      if largest == spared { isSparedDue = true } else { largest.state.pointee.evict() }
    }
    isOverBudget = budget.isOver || budget.isFarOver
    return isSparedDue
  }

  // MARK: Blocks

  func takeBlock() -> UnsafeMutableRawPointer {
    if let block = stock.popLast() { return block }
    guard let block = malloc(Self.blockSize) else { abort() }
    return block
  }

  func giveBack(_ block: UnsafeMutableRawPointer) {
    if stock.count < Self.stockLimit { stock.append(block) } else { free(block) }
  }
}
