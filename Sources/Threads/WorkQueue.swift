import Glibc

/// A queue from many threads to one that waits for it.
///
/// `@unchecked Sendable`: everything but the two pthread objects, which are made for sharing, is touched with
/// the mutex held. ``Lock`` has no condition variable to wait with.
package final class WorkQueue<Item: Sendable>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let filled: UnsafeMutablePointer<pthread_cond_t>
  private var items: [Item] = []
  private var isClosed = false

  package init() {
    mutex = .allocate(capacity: 1)
    filled = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(filled, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(filled)
    mutex.deallocate()
    filled.deallocate()
  }

  /// False when the queue is closed: nothing was appended.
  @discardableResult
  package func append(contentsOf new: [Item]) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if isClosed { return false }
    let wasEmpty = items.isEmpty
    // Nothing is copied where a queue of one piece is taken whole.
    if wasEmpty { items = new } else { items.append(contentsOf: new) }
    if wasEmpty { pthread_cond_signal(filled) }
    return true
  }

  /// Waits until there is something and takes all of it; nil when the queue is closed and empty. With
  /// `milliseconds`, waits no longer than that, and then gives nothing.
  package func take(within milliseconds: Int? = nil) -> [Item]? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if let milliseconds {
      var deadline = timespec()
      clock_gettime(CLOCK_MONOTONIC, &deadline)
      deadline.tv_sec += milliseconds / 1000
      deadline.tv_nsec += milliseconds % 1000 * 1_000_000
      if deadline.tv_nsec >= 1_000_000_000 {
        deadline.tv_sec += 1
        deadline.tv_nsec -= 1_000_000_000
      }
      while items.isEmpty, !isClosed {
        if pthread_cond_timedwait(filled, mutex, &deadline) == ETIMEDOUT { break }
      }
      if items.isEmpty, !isClosed { return [] }
    } else {
      while items.isEmpty, !isClosed { pthread_cond_wait(filled, mutex) }
    }
    if items.isEmpty { return nil }
    let taken = items
    items = []
    return taken
  }

  /// Takes nothing more; what is queued is still handed out.
  package func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_broadcast(filled)
    pthread_mutex_unlock(mutex)
  }
}
