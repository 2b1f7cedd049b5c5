import Reactor

/// A connection that was accepted on loop 0, on its way to the loop that will have it.
struct Accepted: Sendable {
  enum Door: Sendable { case line, http }

  let descriptor: Int32
  let peer: SocketAddress
  let door: Door
}

/// The listeners. They live on loop 0 and deal the connections out to the loops in turn, which balances better than the
/// kernel's hashing over sockets with SO_REUSEPORT.
final class Acceptor {
  private(set) var lineAddresses: [SocketAddress] = []
  private(set) var httpAddress: SocketAddress?
  private var listeners: [Listener] = []
  private let doors: [Mailbox<Accepted>]
  private var next = 0

  init(
    _ configuration: ServerConfiguration, _ reactor: Reactor, _ doors: [Mailbox<Accepted>], _ log: ServerLog
  ) throws {
    self.doors = doors
    for address in configuration.lineAddresses {
      lineAddresses += try listen(address, .line, reactor, log)
    }
    if let address = configuration.http {
      httpAddress = try listen(address, .http, reactor, log).first
    }
  }

  private func listen(
    _ address: Address, _ door: Accepted.Door, _ reactor: Reactor, _ log: ServerLog
  ) throws(DoorError) -> [SocketAddress] {
    do {
      return try SocketAddress.resolve(host: address.host, port: address.port).map { resolved in
        let listener = try Listener(
          on: resolved, reactor: reactor, failed: { log.warning("\($0); trying again") },
          accepted: { [weak self] in self?.deal(Accepted(descriptor: $0, peer: $1, door: door)) })
        listeners.append(listener)
        return listener.address
      }
    } catch {
      throw DoorError(address: address, door: door, cause: error)
    }
  }

  private func deal(_ accepted: Accepted) {
    doors[next].post(accepted)
    next = (next + 1) % doors.count
  }

  /// Those that warrant a warning as long as there are no accounts.
  var addressesBeyondThisMachine: [SocketAddress] {
    (lineAddresses + (httpAddress.map { [$0] } ?? [])).filter { !$0.isLoopback }
  }

  func close() {
    for listener in listeners { listener.close() }
  }
}
