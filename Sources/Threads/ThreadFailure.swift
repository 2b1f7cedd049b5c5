import Glibc

/// A thread that could not be started, with the error number of `pthread_create`.
public struct ThreadFailure: Error, Equatable, CustomStringConvertible {
  public let code: Int32

  public var description: String { "starting a thread: \(String(cString: strerror(code)))" }
}
