import CLinux
import Glibc
import LineProtocol

/// A TCP connection that sends and receives lines, to be driven by `poll`: nothing here waits, except
/// connecting.
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

  /// Sends what the socket takes now. That the connection is broken shows when it is read: what the server
  /// said before may still be there.
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

extension LineConnection {
  /// How long one address may take to answer.
  private static let connectMilliseconds: Int32 = 5000

  /// Connects to the first of the host's addresses that answers.
  static func connect(to server: ServerAddress) throws(ClientError) -> LineConnection {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(server.host, String(server.port), &hints, &first)
    guard status == 0 else {
      throw ClientError(message: "cannot reach \(server): \(midSentence(gai_strerror(status)))")
    }
    defer { freeaddrinfo(first) }
    var lastError = EADDRNOTAVAIL
    for address in sequence(first: first, next: { $0?.pointee.ai_next }) {
      guard let address else { break }
      switch open(address.pointee) {
      case .success(let descriptor): return LineConnection(descriptor: descriptor)
      case .failure(let error): lastError = error.number
      }
    }
    let advice = lastError == ECONNREFUSED ? "; is the server running? start it with: linechat serve" : ""
    throw ClientError(message: "cannot reach \(server): \(reason(lastError))\(advice)")
  }

  private struct SystemError: Error { let number: Int32 }

  private static func open(_ address: addrinfo) -> Result<Int32, SystemError> {
    let type = address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.ai_family, type, address.ai_protocol)
    guard descriptor >= 0 else { return .failure(SystemError(number: errno)) }
    var error: Int32 = 0
    if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 {
      // After EINTR a connection goes on being made, just as after EINPROGRESS (POSIX, connect).
      error = errno == EINPROGRESS || errno == EINTR ? outcome(of: descriptor) : errno
    }
    guard error == 0 else {
      close(descriptor)
      return .failure(SystemError(number: error))
    }
    noticeSilence(descriptor)
    return .success(descriptor)
  }

  /// Waits for a connection that is being made; 0 when it stands.
  private static func outcome(of descriptor: Int32) -> Int32 {
    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    let deadline = Clock.milliseconds() + Int64(connectMilliseconds)
    while poll(&wait, 1, Int32(max(0, deadline - Clock.milliseconds()))) < 0 {
      guard errno == EINTR else { return errno }
    }
    guard wait.revents != 0 else { return ETIMEDOUT }
    var error: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno
  }

  /// A server whose machine vanished says nothing: have the kernel find out within about a minute.
  private static func noticeSilence(_ descriptor: Int32) {
    func set(_ level: Int32, _ option: Int32, _ value: Int32) {
      var value = value
      setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
    set(SOL_SOCKET, SO_KEEPALIVE, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 30)
    set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
    set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
    set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 60_000)
    // Lines are short and each is wanted at once.
    set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
  }
}

/// Where a server's line door is.
package struct ServerAddress: Hashable, Sendable {
  /// A name or an IP address; an IPv6 address without brackets.
  package let host: String
  /// 1–65535.
  package let port: UInt16

  /// An address of these parts.
  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }
}

extension ServerAddress: CustomStringConvertible {
  /// `127.0.0.1:6667` or `[::1]:6667`.
  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
