import CLinux
import Glibc

/// Accepts what a listening socket has. Hands each accepted, non-blocking socket to its owner.
///
/// It outlives every shortage: when accept(2) fails for want of descriptors or memory, the listener rests for
/// a moment instead of spinning on the readiness that stays, and tries again.
public final class Listener: Pollable {
  /// How long to rest after accept(2) failed for want of a resource.
  static let restMilliseconds: Int64 = 100
  /// Accepted in one turn, so that a storm of connections does not starve those that are there.
  private static let perTurn = 256

  /// accept4(2), as one calls it: a descriptor, or -1 and errno.
  typealias Accept = (Int32, UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Int32

  private let socket: ListeningSocket
  private let accept: Accept
  private let reactor: Reactor
  private let accepted: (Int32, SocketAddress) -> Void
  private let failed: (SystemError) -> Void
  private var isClosed = false

  private var descriptor: Int32 { socket.descriptor }

  /// Takes `socket` over. `accepted` owns the descriptor that it is given; `failed` is told of each shortage.
  public convenience init(
    on socket: ListeningSocket, reactor: Reactor, failed: @escaping (SystemError) -> Void,
    accepted: @escaping (Int32, SocketAddress) -> Void
  ) throws(SystemError) {
    try self.init(
      on: socket, reactor: reactor, accept: Self.acceptFromKernel, failed: failed, accepted: accepted)
  }

  /// The same, with the means of accepting.
  init(
    on socket: ListeningSocket, reactor: Reactor, accept: @escaping Accept,
    failed: @escaping (SystemError) -> Void, accepted: @escaping (Int32, SocketAddress) -> Void
  ) throws(SystemError) {
    self.accept = accept
    self.reactor = reactor
    self.accepted = accepted
    self.failed = failed
    self.socket = socket
    try reactor.watch(descriptor, for: EVENT_IN, self)
  }

  func ready(_ events: UInt32) {
    for _ in 0..<Self.perTurn {
      var connected: Int32 = -1
      let peer = SocketAddress { address, length in
        connected = accept(descriptor, address, &length)
        return connected >= 0
      }
      if let peer {
        setOption(connected, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        accepted(connected, peer)
        continue
      }
      switch errno {
      case EINTR, ECONNABORTED, EPROTO: continue  // this one is lost, the next may be fine (accept(2))
      case EAGAIN, EWOULDBLOCK: return
      default: return rest(SystemError("accept"))
      }
    }
  }

  static func acceptFromKernel(
    _ descriptor: Int32, _ address: UnsafeMutablePointer<sockaddr>, _ length: inout socklen_t
  ) -> Int32 {
    accept4(descriptor, address, &length, Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue))
  }

  private func rest(_ error: SystemError) {
    failed(error)
    setInterest(0)
    reactor.after(milliseconds: Self.restMilliseconds) { [weak self] in self?.setInterest(EVENT_IN) }
  }

  private func setInterest(_ interest: UInt32) {
    if isClosed { return }
    do {
      try reactor.changeInterest(of: descriptor, to: interest)
    } catch {
      failed(error)
    }
  }

  /// Accepts no more, and closes the socket.
  public func close() {
    if isClosed { return }
    isClosed = true
    reactor.unwatch(descriptor)
    socket.close()
  }
}

/// A socket that the kernel takes connections for already; they wait there until a ``Listener`` accepts them.
///
/// Whoever has it closes it, unless it is given to a listener.
public struct ListeningSocket: Sendable {
  /// Connections that may wait, unless the system allows fewer (net.core.somaxconn).
  private static let backlog: Int32 = 4096

  let descriptor: Int32
  /// The address it listens on, with the port that was taken for port 0.
  public let address: SocketAddress

  /// Binds and listens at once, so that another program on the same port is noticed.
  public init(on address: SocketAddress) throws(SystemError) {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.family, type, 0)
    guard descriptor >= 0 else { throw SystemError("socket") }
    self.descriptor = descriptor
    do throws(SystemError) {
      setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
      if address.family == AF_INET6 { setOption(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
      guard address.withSockaddr({ bind(descriptor, $0, $1) }) == 0 else {
        throw SystemError("bind \(address)")
      }
      guard listen(descriptor, Self.backlog) == 0 else { throw SystemError("listen \(address)") }
      guard let bound = SocketAddress(filledBy: { getsockname(descriptor, $0, &$1) == 0 }) else {
        throw SystemError("getsockname")
      }
      self.address = bound
    } catch {
      Glibc.close(descriptor)
      throw error
    }
  }

  /// To be called once.
  public func close() { Glibc.close(descriptor) }
}
