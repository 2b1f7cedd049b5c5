import CLinux
import Glibc

/// A connection that is being made. Lives in the poll set until it is made or has failed.
final class Connector: Pollable {
  private let reactor: Reactor
  private let outputLimit: Int
  private let failed: (SystemError) -> Void
  private let connected: (Connection) -> any ConnectionHandler
  private var others: ArraySlice<SocketAddress>
  private var attempt: (descriptor: Int32, address: SocketAddress)?

  init(
    _ addresses: [SocketAddress], reactor: Reactor, outputLimit: Int,
    failed: @escaping (SystemError) -> Void, connected: @escaping (Connection) -> any ConnectionHandler
  ) {
    others = addresses[...]
    self.reactor = reactor
    self.outputLimit = outputLimit
    self.failed = failed
    self.connected = connected
  }

  /// Tries the next address; `error` is what became of the one before.
  func tryNext(after error: SystemError = SystemError("connect", code: EADDRNOTAVAIL)) {
    guard let address = others.popFirst() else { return failed(error) }
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.family, type, 0)
    guard descriptor >= 0 else { return tryNext(after: SystemError("socket")) }
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    attempt = (descriptor, address)
    if address.withSockaddr({ connect(descriptor, $0, $1) }) == 0 { return succeed(descriptor) }
    guard errno == EINPROGRESS else { return giveUp(descriptor, SystemError("connect to \(address)")) }
    do throws(SystemError) {
      try reactor.watch(descriptor, for: EVENT_OUT, self)
    } catch {
      giveUp(descriptor, error)
    }
  }

  func ready(_ events: UInt32) {
    guard let (descriptor, address) = attempt else { return }
    reactor.forget(descriptor)
    // Being writable is how the kernel tells both ends of an attempt; which it was is in SO_ERROR
    // (connect(2)).
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0, code == 0 else {
      return giveUp(descriptor, SystemError("connect to \(address)", code: code == 0 ? errno : code))
    }
    succeed(descriptor)
  }

  private func succeed(_ descriptor: Int32) {
    attempt = nil
    reactor.adopt(descriptor, outputLimit: outputLimit, makeHandler: connected)
  }

  private func giveUp(_ descriptor: Int32, _ error: SystemError) {
    attempt = nil
    close(descriptor)
    tryNext(after: error)
  }
}

extension Reactor {
  /// Connects to the first of `addresses` that lets itself be connected to, trying them in their order.
  ///
  /// Either `connected` is called, as for ``adopt(_:outputLimit:makeHandler:)``, or `failed` with the last
  /// address's error; both possibly before this returns. How long an attempt may take is up to the kernel
  /// (tcp(7), `tcp_syn_retries`).
  public func connect(
    toFirstOf addresses: [SocketAddress], outputLimit: Int, failed: @escaping (SystemError) -> Void,
    connected: @escaping (Connection) -> any ConnectionHandler
  ) {
    Connector(addresses, reactor: self, outputLimit: outputLimit, failed: failed, connected: connected)
      .tryNext()
  }
}
