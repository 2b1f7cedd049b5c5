import Reactor
import Threads

/// Where the line door listens, which is known only when it does: port 0 takes a free port.
final class LineAddresses: Sendable {
  private let addresses = Lock<[SocketAddress]>([])

  var all: [String] { addresses.withLock { $0.map { "\($0)" } } }

  func set(_ addresses: [SocketAddress]) { self.addresses.withLock { $0 = addresses } }
}
