import ChatCore
public import Synchronization
import Threads

/// What the loops count. Any thread may read.
public final class DeliveryMetrics: Sendable {
  /// Messages that were shown, and how often in all.
  public let messages = Atomic(0)
  public let deliveries = Atomic(0)
  /// Connections cut off because they did not read.
  public let slowReaders = Atomic(0)
  /// Open connections by door.
  public let lineConnections = Atomic(0)
  public let httpConnections = Atomic(0)
  public let webSockets = Atomic(0)
  /// IRC sessions that have the mode `i`.
  public let invisibleSessions = Atomic(0)
  private let counters = Lock<[String: Int]>([:])

  public init() {}

  /// Counts a refused input under its error code.
  public func refused(_ code: String) { counters.withLock { $0[code, default: 0] += 1 } }

  /// Refusals by reason.
  public var refusals: [String: Int] { counters.withLock { $0 } }
}
