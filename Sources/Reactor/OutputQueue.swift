import Glibc

/// What the outputs of one loop share: the list of those with something to send, and a stock of free blocks.
///
/// The stock spares active connections an allocation for each send; it is small, so that memory given to a burst returns.
final class OutputQueue {
  static let blockSize = 4096
  private static let stockLimit = 512

  var dirty: [Output] = []
  let arena = TurnArena()
  private var stock: [UnsafeMutableRawPointer] = []

  deinit { for block in stock { free(block) } }

  /// Not written out where it is used: the thread sanitizer of Swift 6.3 cannot compile a change through the unowned reference there.
  @inline(__always)
  func add(_ output: Output) { dirty.append(output) }

  func takeBlock() -> UnsafeMutableRawPointer {
    if let block = stock.popLast() { return block }
    guard let block = malloc(Self.blockSize) else { abort() }
    return block
  }

  func giveBack(_ block: UnsafeMutableRawPointer) {
    if stock.count < Self.stockLimit { stock.append(block) } else { free(block) }
  }
}
