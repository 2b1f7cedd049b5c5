import Synchronization

/// A clock that stands still until it is set.
final class Now: Sendable {
  private let value: Atomic<Int64>

  init(_ milliseconds: Int64 = 1_000) { value = Atomic(milliseconds) }

  var milliseconds: Int64 {
    get { value.load(ordering: .relaxed) }
    set { value.store(newValue, ordering: .relaxed) }
  }
}
