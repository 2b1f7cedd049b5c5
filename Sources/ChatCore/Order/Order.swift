/// Gives requests their order. On one machine it is a queue in memory (``LocalOrder``); nothing above knows.
package protocol Order: Sendable {
  /// Puts requests behind all that were submitted before. Returns at once. What comes of each is an event, in this order.
  func submit(_ requests: [Request])

  /// True while more is waiting to be decided and stored than the order's bound allows: senders are to be slowed down.
  var isFull: Bool { get }
}
