public import Glibc

/// A system call that failed, with the `errno` it left and what was being attempted.
public struct SystemError: Error, Equatable, CustomStringConvertible {
  public let operation: String
  public let code: Int32

  /// Takes the calling thread's `errno`, so it has to be made right after the call.
  public init(_ operation: String, code: Int32 = errno) {
    self.operation = operation
    self.code = code
  }

  public var description: String { "\(operation): \(String(cString: strerror(code)))" }
}
