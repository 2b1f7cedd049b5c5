/// What an acknowledgement outlives.
public enum Durability: String, Sendable, CaseIterable {
  /// The loss of power: each commit is synced before it is acknowledged.
  case full
  /// The end of the process, but not always the loss of power: the kernel writes when it likes.
  case normal

  /// https://www.sqlite.org/pragma.html#pragma_synchronous, in WAL mode.
  var pragma: String { self == .full ? "FULL" : "NORMAL" }
}
