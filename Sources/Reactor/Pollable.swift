/// Something with a descriptor in the poll set.
protocol Pollable: AnyObject {
  /// `events` is a set of epoll(7) event bits.
  func ready(_ events: UInt32)
}
