import CLinux
public import Glibc

/// An epoll set. Level-triggered, except for the wake descriptor.
///
/// Unsafe code: the event array. It is allocated here, has a fixed capacity, and the kernel writes at most
/// that many.
struct Poller: ~Copyable {
  static let capacity = 1024
  private let descriptor: Int32
  private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)

  init() throws(SystemError) {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    if descriptor < 0 { throw SystemError("epoll_create1") }
  }

  deinit {
    events.deallocate()
    close(descriptor)
  }

  borrowing func add(_ fd: Int32, _ interest: UInt32) throws(SystemError) {
    try control(EPOLL_CTL_ADD, fd, interest)
  }

  borrowing func modify(_ fd: Int32, _ interest: UInt32) throws(SystemError) {
    try control(EPOLL_CTL_MOD, fd, interest)
  }

  borrowing func remove(_ fd: Int32) throws(SystemError) {
    try control(EPOLL_CTL_DEL, fd, 0)
  }

  private borrowing func control(_ operation: Int32, _ fd: Int32, _ interest: UInt32) throws(SystemError) {
    var event = epoll_event()
    event.events = interest
    event.data.fd = fd
    if epoll_ctl(descriptor, operation, fd, &event) != 0 { throw SystemError("epoll_ctl") }
  }

  /// Waits at most `milliseconds` (-1: for ever) and returns how many events ``event(at:)`` now holds.
  borrowing func wait(milliseconds: Int32) -> Int {
    // A negative result is EINTR: a turn without events.
    max(0, Int(epoll_wait(descriptor, events, Int32(Self.capacity), milliseconds)))
  }

  borrowing func event(at index: Int) -> (fd: Int32, ready: UInt32) {
    (events[index].data.fd, events[index].events)
  }
}

/// Something with a descriptor in the poll set.
protocol Pollable: AnyObject {
  /// `events` is a set of epoll(7) event bits.
  func ready(_ events: UInt32)
}

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
