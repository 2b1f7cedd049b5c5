package import LineProtocol
import Threads

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
