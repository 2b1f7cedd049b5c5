import ChatCore
import Threads

/// An order whose requests wait until the scheduler has them decided. It is full sooner than the server's
/// own.
final class SimulatedOrder: Order {
  private let waiting = Lock<[Request]>([])
  private let isClosed = Lock(false)
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  func submit(_ requests: [Request]) {
    if !isClosed.withLock({ $0 }) { waiting.withLock { $0 += requests } }
  }

  /// Takes no more requests.
  func close() { isClosed.withLock { $0 = true } }

  var isFull: Bool { waiting.withLock { $0.lazy.map(\.cost).reduce(0, +) } > limit }
  var count: Int { waiting.withLock(\.count) }

  func take(_ count: Int) -> [Request] {
    waiting.withLock { waiting in
      let taken = Array(waiting.prefix(count))
      waiting.removeFirst(taken.count)
      return taken
    }
  }
}
