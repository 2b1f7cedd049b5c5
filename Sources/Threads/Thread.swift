import Glibc

/// A thread that runs one function and is waited for.
public struct Thread: Sendable {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let id: pthread_t

  /// Starts a thread. ``join()`` is to be called on it, once.
  public init(_ run: @escaping @Sendable () -> Void) throws(ThreadFailure) {
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
      throw ThreadFailure(code: code)
    }
    id = started
  }

  /// Waits until the function has returned.
  public func join() { pthread_join(id, nil) }

  /// Starts a thread that nobody waits for.
  public static func detached(_ run: @escaping @Sendable () -> Void) throws(ThreadFailure) {
    pthread_detach(try Thread(run).id)
  }
}

/// A thread that could not be started, with the error number of `pthread_create`.
public struct ThreadFailure: Error, Equatable, CustomStringConvertible {
  public let code: Int32

  public var description: String { "starting a thread: \(String(cString: strerror(code)))" }
}
