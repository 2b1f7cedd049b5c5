package import LineProtocol

/// Carries what happened from the log to everybody who shows it or acts on it.
package protocol EventBus: Sendable {
  /// Called by the log, once for each batch, in order.
  func publish(_ batch: Batch)

  /// Calls `listener` with each batch, on the publisher's thread: it must only pass the batch on. For event loops.
  func listen(_ listener: @escaping @Sendable (Batch) -> Void)

  /// The messages of a later time as an asynchronous sequence, those for which `isWanted` holds. For agents and
  /// others off the hot path.
  func subscribe(isWanted: @escaping @Sendable (Message) -> Bool) -> Subscription
}
