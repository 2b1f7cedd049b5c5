import Delivery
import Glibc
import LineProtocol
import Reactor
import Traffic

/// A connection that was accepted on loop 0, on its way to the loop that will have it.
struct Accepted: Sendable {
  enum Door: Sendable { case line, http }

  let descriptor: Int32
  let limiter: AddressLimiter
  let door: Door
}

/// The listeners. They live on loop 0 and deal the connections out to the loops in turn, which balances
/// better than the kernel's hashing over sockets with SO_REUSEPORT.
final class Acceptor {
  private var listeners: [Listener] = []
  private let doors: [Mailbox<Accepted>]
  private let reactor: Reactor
  private let connectionLimiter: ConnectionLimiter
  private let metrics: DeliveryMetrics
  private let log: ServerLog
  private var next = 0
  private var rejected = 0

  /// Accepts from here on; what has connected before has waited in the kernel.
  init(_ server: Server, _ reactor: Reactor, _ doors: [Mailbox<Accepted>]) throws {
    self.doors = doors
    self.reactor = reactor
    connectionLimiter = server.connectionLimiter
    metrics = server.metrics
    log = server.serverLog
    for socket in server.sockets.line { try listen(socket, .line) }
    for socket in server.sockets.http { try listen(socket, .http) }
  }

  private func listen(_ socket: ListeningSocket, _ door: Accepted.Door) throws(SystemError) {
    let log = self.log
    listeners.append(
      try Listener(
        on: socket, reactor: reactor, failed: { log.warning("\($0); trying again") },
        accepted: { [weak self] in self?.receive($0, from: $1, door) }))
  }

  private func receive(_ descriptor: Int32, from address: SocketAddress, _ door: Accepted.Door) {
    switch connectionLimiter.admit(address.peer, at: reactor.turnTime) {
    case .admitted(let limiter):
      log.debug("\(door) connection from \(address)")
      doors[next].post(Accepted(descriptor: descriptor, limiter: limiter, door: door))
      next = (next + 1) % doors.count
    case .refused(let code, let retryAfter):
      metrics.refused(code.rawValue)
      log.debug("\(door) connection from \(address) turned away: \(code.rawValue)")
      if rejected >= RejectedConnection.atOnce {
        Glibc.close(descriptor)
        return
      }
      rejected += 1
      let lastWords = RejectedConnection.lastWords(code, retryAfter: retryAfter, door)
      RejectedConnection.tell(lastWords, descriptor, on: reactor) { [weak self] in self?.rejected -= 1 }
    }
  }

  func close() {
    for listener in listeners { listener.close() }
  }
}
