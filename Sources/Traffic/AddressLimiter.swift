import Reactor
import Threads

/// One address that has connections, on whichever loops: what they send together is counted here.
public final class AddressLimiter: Sendable {
  let address: PeerAddress
  let connectionLimiter: ConnectionLimiter
  private let bucket = Lock(TokenBucket())

  init(_ address: PeerAddress, _ connectionLimiter: ConnectionLimiter) {
    self.address = address
    self.connectionLimiter = connectionLimiter
  }

  var limits: TrafficLimits { connectionLimiter.limits }

  /// One connection of the address has closed. To be called once for each that was admitted.
  public func leave(at now: Int64) { connectionLimiter.leave(self, at: now) }

  /// Has it logged what a connection of the address did, and what was done about it. `name`: its nick, nil if
  /// it has none.
  public func report(_ measure: String, _ name: String?, _ deed: String, at now: Int64) {
    connectionLimiter.log.report(
      "\(measure): \(name ?? "somebody without a nick") at \(address) \(deed)", at: now)
  }

  /// The same of a request, which need not name anybody.
  public func reportRequest(_ measure: String, of name: String?, _ deed: String, at now: Int64) {
    connectionLimiter.log.report("\(measure): \(name.map { "\($0) at " } ?? "")\(address) \(deed)", at: now)
  }

  /// Takes units, and returns how many milliseconds the address has to wait before it may send more; 0 if it
  /// need not.
  func take(_ units: Int, at now: Int64) -> Int64 {
    guard let rate = limits.address else { return 0 }
    return bucket.withLock { bucket in
      bucket.take(units, at: now, rate)
      return bucket.wait(for: 1, at: now, rate)
    }
  }

  /// How long the address has to wait already.
  func wait(at now: Int64) -> Int64 {
    guard let rate = limits.address else { return 0 }
    return bucket.withLock { $0.wait(for: 1, at: now, rate) }
  }

  /// Nothing of what the address did need be remembered.
  func isForgotten(at now: Int64) -> Bool { bucket.withLock { $0.isFull(at: now) } }
}
