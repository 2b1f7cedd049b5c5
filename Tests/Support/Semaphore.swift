import Glibc

/// Lets a test wait for another thread. Not for the pool's own threads, which a test may hold all of.
///
/// `@unchecked Sendable`: a semaphore is made for sharing.
package final class Semaphore: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  package init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  package func signal() { sem_post(semaphore) }

  package func wait() { while sem_wait(semaphore) != 0 {} }
}
