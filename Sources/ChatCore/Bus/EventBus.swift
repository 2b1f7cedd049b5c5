package import LineProtocol
import Threads

/// Carries what happened from the log to everybody who shows it or acts on it.
package protocol EventBus: Sendable {
  /// Called by the log, once for each batch, in order.
  func publish(_ batch: Batch)

  /// Calls `listener` with each batch, on the publisher's thread: it must only pass the batch on. For event
  /// loops.
  func listen(_ listener: @escaping @Sendable (Batch) -> Void)

  /// The messages of a later time as an asynchronous sequence, those for which `isWanted` holds. For agents
  /// and others off the hot path.
  func subscribe(isWanted: @escaping @Sendable (Message) -> Bool) -> Subscription
}

/// The bus of one process.
package final class LocalEventBus: EventBus {
  private struct Receivers {
    var listeners: [@Sendable (Batch) -> Void] = []
    var subscriptions: [Subscription] = []
  }

  private let receivers = Lock(Receivers())
  private let log: any EventLog

  /// `log`: where a subscriber that fell behind goes on reading.
  package init(log: any EventLog) { self.log = log }

  package func publish(_ batch: Batch) {
    // Copied out, so that a receiver may call back.
    let (listeners, subscriptions) = receivers.withLock { ($0.listeners, $0.subscriptions) }
    for listener in listeners { listener(batch) }
    for subscription in subscriptions { subscription.offer(batch) }
  }

  package func listen(_ listener: @escaping @Sendable (Batch) -> Void) {
    receivers.withLock { $0.listeners.append(listener) }
  }

  package func subscribe(isWanted: @escaping @Sendable (Message) -> Bool) -> Subscription {
    let subscription = Subscription(log: log, isWanted: isWanted)
    receivers.withLock { $0.subscriptions.append(subscription) }
    return subscription
  }
}

/// Events that were dealt with in one step, in order: the entries among them are on disk.
package struct Batch: Sendable {
  package let events: [Event]

  package init(events: [Event]) { self.events = events }
}
