import Glibc

/// Lets a test wait for another thread. Not for the pool's own threads, which a test may hold all of.
///
/// `@unchecked Sendable`: a semaphore is made for sharing.
public final class Semaphore: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  public init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  public func signal() { sem_post(semaphore) }

  public func wait() { while sem_wait(semaphore) != 0 {} }
}
