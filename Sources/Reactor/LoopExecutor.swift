import CLinux
import Glibc
import Threads

/// Runs the jobs of one ``EventLoop`` on that loop's thread, between two polls.
///
/// `@unchecked Sendable`: `thread`, `ready` and `running` are touched on the loop thread only, after
/// `adoptCurrentThread` has been called once before any other use; everything that other threads touch is in
/// `remote` or is an immutable file descriptor.
final class LoopExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
  /// Becomes readable when another thread has work for the loop. Polled edge-triggered, hence never read:
  /// each write is an edge of its own, and the counter would overflow after 2^64 of them (eventfd(2)).
  let wakeDescriptor: Int32
  private let remote = Lock<[UnownedJob]>([])
  private var thread = pthread_t()
  private var ready: [UnownedJob] = []
  private var running: [UnownedJob] = []

  init() throws(SystemError) {
    wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    if wakeDescriptor < 0 { throw SystemError("eventfd") }
  }

  deinit { close(wakeDescriptor) }

  var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

  func adoptCurrentThread() { thread = pthread_self() }

  func wake() {
    var one: UInt64 = 1
    // Fails only when the counter is full, and then the loop is already awake.
    _ = write(wakeDescriptor, &one, 8)
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isCurrent {
      ready.append(job)
      return
    }
    let wasEmpty = remote.withLock { jobs in
      defer { jobs.append(job) }
      return jobs.isEmpty
    }
    if wasEmpty { wake() }
  }

  /// Runs what is due and what that makes due. Call on the loop thread.
  func runJobs() {
    remote.withLock { jobs in
      ready.append(contentsOf: jobs)
      jobs.removeAll(keepingCapacity: true)
    }
    while !ready.isEmpty {
      swap(&ready, &running)
      for job in running {
        job.runSynchronously(
          isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
      }
      running.removeAll(keepingCapacity: true)
    }
  }

  func checkIsolated() { precondition(isCurrent, "not on the thread of this event loop") }
  func isIsolatingCurrentContext() -> Bool? { isCurrent }
}
