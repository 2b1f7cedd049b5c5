import CLinux
import Glibc

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
