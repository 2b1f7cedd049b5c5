import CLinux
import Glibc
import LineProtocol

/// A TCP connection that sends and receives lines, to be driven by `poll`: nothing here waits, except connecting.
final class LineConnection {
  let descriptor: Int32
  private var received: [UInt8] = []
  private var unsent: [UInt8] = []

  /// Takes over a connected, non-blocking socket.
  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// What to wait for.
  var pollEvents: Int16 { Int16(unsent.isEmpty ? POLLIN : POLLIN | POLLOUT) }

  /// Queues a line for `flush`; `line` has no terminator.
  func queue(_ line: String) {
    unsent += line.utf8
    unsent.append(UInt8(ascii: "\n"))
  }

  /// Sends what the socket takes now. That the connection is broken shows when it is read: what the server said before
  /// may still be there.
  func flush() {
    var sent = 0
    while sent < unsent.count {
      let count = unsent.withUnsafeBytes { bytes in
        // The flag, not SIGPIPE, reports a connection that the server has closed.
        send(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count >= 0 {
        sent += count
      } else if errno == EAGAIN {
        break
      } else if errno != EINTR {
        sent = unsent.count
      }
    }
    unsent.removeFirst(sent)
  }

  /// What one `receive` found.
  struct Input {
    var lines: [PlainReply] = []
    /// The server has closed the connection; the lines came before.
    var isAtEnd = false
  }

  /// Reads once, and takes the complete lines out of what has come so far.
  func receive() throws(ClientError) -> Input {
    var input = Input()
    let count = withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 { received += buffer[..<count] }
      return count
    }
    if count == 0 { input.isAtEnd = true }
    if count < 0, errno != EAGAIN, errno != EINTR {
      throw ClientError(message: "the connection to the server broke: \(reason(errno))")
    }
    var start = 0
    scan: while true {
      switch LineScanner.next(in: received.span, from: start) {
      case .line(let line, let next):
        input.lines.append(PlainReply.parse(received.span.extracting(line)))
        start = next
      case .needMore: break scan
      case .tooLong: throw ClientError(message: "what answers is no LineChat server: its line is too long")
      }
    }
    received.removeFirst(start)
    return input
  }
}

/// What an error number means, as the middle of a sentence.
func reason(_ error: Int32) -> String { midSentence(strerror(error)) }

/// A text of the C library, which begins with a capital.
func midSentence(_ text: UnsafePointer<CChar>) -> String {
  let text = String(cString: text)
  return text.prefix(1).lowercased() + text.dropFirst()
}
