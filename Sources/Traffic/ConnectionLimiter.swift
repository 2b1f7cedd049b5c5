public import LineProtocol
public import Reactor
import Threads

/// Who has connections: keeps their numbers within the limits. Any thread may ask.
public final class ConnectionLimiter: Sendable {
  public enum Admission: Sendable {
    case admitted(AddressLimiter)
    /// `retryAfter`: when to try again, in whole seconds, at least 1.
    case refused(ErrorCode, retryAfter: Int)
  }

  private struct Entry {
    let limiter: AddressLimiter
    var connections = 0
  }

  private struct State {
    var connections = 0
    var entries: [PeerAddress: Entry] = [:]
    /// At so many entries those that are not needed any more are looked for.
    var sweepAt = leastSwept
  }

  private static let leastSwept = 1_024

  public let limits: TrafficLimits
  let log: ThrottledLog
  private let state = Lock(State())

  public init(_ limits: TrafficLimits, log: ThrottledLog = ThrottledLog { _ in }) {
    self.limits = limits
    self.log = log
  }

  /// Lets in a connection from `address` if there is room for it. ``AddressLimiter/leave(at:)`` when it has
  /// closed.
  public func admit(_ address: PeerAddress, at now: Int64) -> Admission {
    state.withLock { state in
      if state.connections >= limits.connections { return .refused(.tooManyConnections, retryAfter: 10) }
      var entry = state.entries[address] ?? Entry(limiter: AddressLimiter(address, self))
      if entry.connections >= limits.connectionsPerAddress {
        return .refused(.tooManyConnections, retryAfter: 10)
      }
      let wait = entry.limiter.wait(at: now)
      if wait > 0 { return .refused(.tooFast, retryAfter: Int((wait + 999) / 1000)) }
      _ = entry.limiter.take(1, at: now)
      entry.connections += 1
      state.connections += 1
      state.entries[address] = entry
      if state.entries.count > state.sweepAt { sweep(&state, now) }
      return .admitted(entry.limiter)
    }
  }

  func leave(_ limiter: AddressLimiter, at now: Int64) {
    state.withLock { state in
      state.connections -= 1
      guard var entry = state.entries[limiter.address] else { return }
      entry.connections -= 1
      // An address that has sent too much may not begin anew by connecting anew.
      let isOver = entry.connections == 0 && limiter.isForgotten(at: now)
      state.entries[limiter.address] = isOver ? nil : entry
    }
  }

  private func sweep(_ state: inout State, _ now: Int64) {
    state.entries = state.entries.filter { $1.connections > 0 || !$1.limiter.isForgotten(at: now) }
    state.sweepAt = max(Self.leastSwept, state.entries.count * 2)
  }

  /// Connections there are, and addresses that are remembered.
  var counts: (connections: Int, addresses: Int) {
    state.withLock { ($0.connections, $0.entries.count) }
  }
}
