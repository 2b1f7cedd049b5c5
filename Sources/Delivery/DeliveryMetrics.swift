import ChatCore
package import Synchronization
import Threads

/// What the loops count. Any thread may read.
package final class DeliveryMetrics: Sendable {
  /// How often a message was shown to somebody.
  package let deliveries = Atomic(0)
  /// Connections cut off because they did not read.
  package let slowReaders = Atomic(0)
  /// Open connections by door.
  package let lineConnections = Atomic(0)
  package let httpConnections = Atomic(0)
  package let webSockets = Atomic(0)
  /// IRC sessions that have the mode `i`.
  package let invisibleSessions = Atomic(0)
  private let counters = Lock<[String: Int]>([:])

  package init() {}

  /// Counts a refused input under its error code.
  package func refused(_ code: String) { counters.withLock { $0[code, default: 0] += 1 } }

  /// Refusals by reason.
  package var refusals: [String: Int] { counters.withLock { $0 } }
}
