import AdminHTTP
import ChatCore
import Delivery
import LineDoor
import LineProtocol
import Reactor
import Traffic

/// The doors of one loop: gives each connection the handler that speaks its protocol.
struct Doors {
  private let shard: Shard
  private let line: LineDoor
  private let http: HTTPDoor
  private let sendQueueBytes: Int
  private let timeouts: Keepalive.Timeouts

  init(_ server: Server, _ shard: Shard, _ encoder: IRCEncoder) {
    self.shard = shard
    let configuration = server.configuration
    let rooms = configuration.policy.roomsPerSession
    let settings = LineSettings(
      irc: encoder, softwareVersion: "linechat-\(Version.number)", networkName: configuration.networkName,
      started: server.started, roomsPerSession: rooms == .max ? nil : rooms,
      now: { WallClock.now })
    line = LineDoor(shard, settings)
    http = HTTPDoor(shard, server.httpSettings)
    sendQueueBytes = configuration.sendQueueBytes
    timeouts = configuration.timeouts
  }

  /// Looks after peers that are gone without a word, with one timer for all of the loop.
  func watchQuiet() {
    let (shard, timeouts) = (self.shard, self.timeouts)
    shard.reactor.every(milliseconds: timeouts.tick) {
      let now = shard.reactor.turnTime
      shard.forEachParticipant { $0.look(at: now, timeouts) }
    }
  }

  func open(_ accepted: Accepted) {
    let throttle = Throttle(accepted.limiter)
    let isOpen = shard.reactor.adopt(accepted.descriptor, outputLimit: sendQueueBytes) { connection in
      switch accepted.door {
      case .line: line.handler(for: connection, throttle)
      case .http: http.handler(for: connection, throttle)
      }
    }
    if !isOpen { accepted.limiter.leave(at: shard.reactor.turnTime) }
  }
}
