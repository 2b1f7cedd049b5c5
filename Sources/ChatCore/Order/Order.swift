package import LineProtocol
import Synchronization
import Threads

/// Gives requests their order. On one machine it is a queue in memory (``LocalOrder``); nothing above knows.
package protocol Order: Sendable {
  /// Puts requests behind all that were submitted before. Returns at once. What comes of each is an event, in
  /// this order.
  func submit(_ requests: [Request])

  /// True while more is waiting to be decided and stored than the order's bound allows: senders are to be
  /// slowed down.
  var isFull: Bool { get }
}

/// A request's place in the order. A decision depends on the requests before it, on this, and on nothing
/// else.
package struct Place: Sendable, Equatable {
  /// The id that the first entry made here gets: one more than that of the last entry before.
  package let id: MessageID
  /// The time of what is made here. Never earlier than that of an entry before.
  package let time: Timestamp

  package init(id: MessageID, time: Timestamp) {
    self.id = id
    self.time = time
  }
}

/// The order of one process: a queue from its loops to the thread that decides and stores.
///
/// Group commit needs no timer: while one transaction is on its way to the disk, what arrives waits and makes
/// the next one. A lone message is committed at once, a flood in batches as large as the disk is slow.
package final class LocalOrder: Order {
  /// Bytes that may wait before senders are slowed down.
  package static let limit = 32 << 20

  private let queue = WorkQueue<Request>()
  private let bytes = Atomic(0)

  package init() {}

  package func submit(_ requests: [Request]) {
    if requests.isEmpty { return }
    var cost = 0
    for index in requests.indices { cost += requests[index].cost }
    // They may have been dealt with before `append` returns.
    bytes.add(cost, ordering: .relaxed)
    if !queue.append(contentsOf: requests) { finished(cost: cost) }
  }

  /// Bytes that wait, in ``Request/cost``.
  package var queuedBytes: Int { bytes.load(ordering: .relaxed) }
  package var isFull: Bool { queuedBytes > Self.limit }

  /// Waits until there is something and takes all of it; nil when the order is closed and everything was
  /// taken. With `milliseconds`, waits no longer than that, and then gives nothing.
  package func take(within milliseconds: Int?) -> [Request]? { queue.take(within: milliseconds) }

  /// What was taken, and costs so much, has been dealt with: there is room for more.
  package func finished(cost: Int) {
    let left = bytes.subtract(cost, ordering: .sequentiallyConsistent).newValue
    precondition(left >= 0, "what is dealt with was submitted")
  }

  /// Takes no more requests; what was submitted before is still handed out.
  package func close() { queue.close() }
}
