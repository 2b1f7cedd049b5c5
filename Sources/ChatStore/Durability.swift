/// What an acknowledgement outlives.
package enum Durability: String, Sendable, CaseIterable {
  /// The loss of power: each commit is synced before it is acknowledged.
  case full
  /// The end of the process; of the loss of power all but the last second.
  case normal
}
