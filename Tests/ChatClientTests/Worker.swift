import Glibc
import Synchronization

/// A thread that computes something, for functions that block.
final class Worker<Result: Sendable>: Sendable {
  private let thread: pthread_t
  private let box: Box

  private final class Box: Sendable {
    let body: @Sendable () -> Result
    let result = Mutex<Result?>(nil)
    init(_ body: @escaping @Sendable () -> Result) { self.body = body }
    func run() {
      let value = body()
      result.withLock { $0 = value }
    }
  }

  init(_ body: @escaping @Sendable () -> Result) {
    let box = Box(body)
    self.box = box
    let run: @Sendable () -> Void = { box.run() }
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let run = Unmanaged<Closure>.fromOpaque(context).takeRetainedValue()
        run.body()
        return nil
      }, Unmanaged.passRetained(Closure(run)).toOpaque())
    self.thread = thread
  }

  /// Waits for the end of the thread.
  @discardableResult func join() -> Result? {
    pthread_join(thread, nil)
    return box.result.withLock { $0 }
  }
}

private final class Closure {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
