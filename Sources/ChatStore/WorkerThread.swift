import Glibc

/// A thread with a name that runs one function and can be waited for.
final class WorkerThread: Sendable {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: pthread_t

  init(_ run: @escaping @Sendable () -> Void) throws(StoreError) {
    var started = pthread_t()
    let body = Unmanaged.passRetained(Body(run))
    let code = pthread_create(
      &started, nil,
      { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    if code != 0 {
      body.release()
      throw .unusable(path: "the store", reason: "no thread: \(String(cString: strerror(code)))")
    }
    thread = started
  }

  func join() { pthread_join(thread, nil) }
}
