public import Glibc

/// A value that is used by one thread at a time; used as `Synchronization.Mutex` is, which it stands in for.
///
/// `Synchronization.Mutex` is a futex in a library that the thread sanitizer does not see into, so every use
/// of it would be reported as a race. It knows the mutexes of POSIX threads, and can say what is wrong with
/// the rest.
///
/// `@unchecked Sendable`: the value is reached with the mutex held only. Both are in memory of their own
/// because a mutex must not move, and are freed by the one owner that a value without copies has, when nobody
/// can be inside any more.
public struct Lock<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let value: UnsafeMutablePointer<Value>

  public init(_ value: consuming sending Value) {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    // Without attributes it cannot fail.
    pthread_mutex_init(mutex, nil)
    self.value = .allocate(capacity: 1)
    self.value.initialize(to: value)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    value.deinitialize(count: 1)
    value.deallocate()
  }

  /// Waits until no other thread is inside, and calls `body` with the value. Not to be called again from
  /// within `body`, which would wait for itself.
  @inlinable
  public borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value.pointee)
  }
}
