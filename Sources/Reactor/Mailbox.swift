import Threads

/// A queue into an event loop: any thread posts, the loop takes everything once a turn.
///
/// It has no bound of its own. Whoever posts must be bounded: by the number of connections, or by the byte
/// bound of the queue that feeds it.
public final class Mailbox<Item: Sendable>: Sendable {
  private let items = Lock<[Item]>([])
  private let wake: @Sendable () -> Void

  init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

  /// Appends one item and wakes the loop if it may be asleep.
  public func post(_ item: Item) {
    let wasEmpty = items.withLock { items in
      defer { items.append(item) }
      return items.isEmpty
    }
    if wasEmpty { wake() }
  }

  /// Appends several items in order, waking the loop at most once.
  public func post(contentsOf new: [Item]) {
    if new.isEmpty { return }
    let wasEmpty = items.withLock { items in
      defer { items.append(contentsOf: new) }
      return items.isEmpty
    }
    if wasEmpty { wake() }
  }

  func take() -> [Item] {
    items.withLock { items in
      if items.isEmpty { return [] }
      let taken = items
      items = []
      return taken
    }
  }
}
