import Glibc

/// Waits until one of the descriptors has something or the time is over (milliseconds; -1 without end), and returns what
/// each has. After an interruption none has anything.
func wait(for descriptors: [pollfd], atMost milliseconds: Int32) -> [Int16] {
  var descriptors = descriptors
  let count = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
  return descriptors.map { count > 0 ? $0.revents : 0 }
}

extension pollfd {
  /// Waits for input on a descriptor; a negative one is passed over.
  init(reading descriptor: Int32) { self.init(fd: descriptor, events: Int16(POLLIN), revents: 0) }
}
