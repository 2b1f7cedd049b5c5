import Glibc

/// The descriptors that a client reads from and writes to.
struct Streams: Sendable {
  var input: Int32 = 0
  var output: Int32 = 1
  var error: Int32 = 2

  /// Writes all of the text to standard output; false when nobody reads it any more.
  func print(_ text: String) -> Bool { Streams.write(text, to: output) }

  /// Writes `linechat: message` as one line to standard error.
  func complain(_ message: String) {
    _ = Streams.write("linechat: \(Sanitizer.visible(message))\n", to: error)
  }

  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        if count >= 0 {
          written += count
        } else if errno == EAGAIN {
          // Another program may have made the shared terminal non-blocking.
          var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&wait, 1, -1)
        } else if errno != EINTR {
          return false
        }
      }
      return true
    }
  }
}

/// Waits until one of the descriptors has something or the time is over (milliseconds; -1 without end), and
/// returns what each has. After an interruption none has anything.
func wait(for descriptors: [pollfd], atMost milliseconds: Int32) -> [Int16] {
  var descriptors = descriptors
  let count = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
  return descriptors.map { count > 0 ? $0.revents : 0 }
}

extension pollfd {
  /// Waits for input on a descriptor; a negative one is passed over.
  init(reading descriptor: Int32) { self.init(fd: descriptor, events: Int16(POLLIN), revents: 0) }
}
