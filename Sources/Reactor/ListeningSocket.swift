import CLinux
import Glibc

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
