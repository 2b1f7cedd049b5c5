import Threads

/// A thread that computes something, for functions that block.
final class Worker<Result: Sendable>: Sendable {
  private let thread: Thread
  private let box = Box()

  private final class Box: Sendable {
    let result = Lock<Result?>(nil)
  }

  init(_ body: @escaping @Sendable () -> Result) throws {
    let box = self.box
    thread = try Thread {
      let value = body()
      box.result.withLock { $0 = value }
    }
  }

  /// Waits for the end of the thread.
  @discardableResult func join() -> Result? {
    thread.join()
    return box.result.withLock { $0 }
  }
}
