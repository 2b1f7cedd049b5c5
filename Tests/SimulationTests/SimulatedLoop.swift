import AdminHTTP
import ChatCore
import Delivery
import Glibc
import LineProtocol
import Reactor
import Traffic

@testable import LineDoor

/// One of the loops of a run, with its doors. `@unchecked Sendable`: a run has one thread.
final class SimulatedLoop: @unchecked Sendable {
  enum Door { case line, http }

  private let loop: EventLoop
  /// How long a peer may be silent: short, so that some are in a run.
  private static let timeouts = Keepalive.Timeouts(pingAfter: 4_000, pingTimeout: 3_000, registration: 8_000)
  /// In as long as this, whoever is silent is gone.
  static let silence = timeouts.pingAfter + timeouts.pingTimeout + 3 * timeouts.tick

  private var shard: Shard?
  private var line: LineDoor?
  private var http: HTTPDoor?
  private let limiter = ConnectionLimiter(TrafficLimits())

  init(_ loop: EventLoop) { self.loop = loop }

  func attach(
    _ index: Int, _ order: any Order, _ log: any EventLog, _ mailboxes: Mailboxes, rooms: [StoredRoom] = [],
    replayBytes: Int = ReplayPacer.turnBytes
  ) {
    let encoder = IRCEncoder(serverName: "linechat")
    let settings = LineSettings(
      irc: encoder, softwareVersion: "linechat-0", networkName: "x", started: Timestamp(milliseconds: 0),
      roomsPerSession: nil, now: { Timestamp(milliseconds: 0) })
    let httpSettings = HTTPSettings(
      webSocketFormat: FormatID(LineFormats.count), names: [], allowedOrigins: [], lineAddresses: { [] },
      tickMilliseconds: 20_000,
      log: LogFigures(
        batchSize: Histogram(bounds: []), commitSeconds: Histogram(bounds: []), queuedBytes: { 0 }))
    loop.betweenTurns { reactor in
      let shard = Shard(
        loop: index, reactor, directory: index == 0 ? Directory(rooms: rooms) : nil, order: order, log: log,
        formats: LineFormats.all(encoder) + [WebSocketFormat()], metrics: DeliveryMetrics(),
        mailboxes: mailboxes, replayBytes: replayBytes)
      line = LineDoor(shard, settings)
      http = HTTPDoor(shard, httpSettings)
      self.shard = shard
      // As the server's doors do.
      reactor.every(milliseconds: Self.timeouts.tick) { [weak shard] in
        shard?.forEachParticipant { $0.look(at: reactor.turnTime, Self.timeouts) }
      }
    }
  }

  /// Takes leave of everybody in the midst of the next turn, as the end of the server does.
  func shutDown() {
    loop.betweenTurns { reactor in
      reactor.after(milliseconds: 0) { [weak shard] in shard?.forEachParticipant { $0.shutDown() } }
    }
  }

  func turn() { loop.turn() }

  func end() {
    (line, http, shard) = (nil, nil, nil)
    loop.end()
  }

  /// A new connection; `sendBuffer`: bytes of the kernel's buffer to the client.
  func connect(_ door: Door, sendBuffer: Int32, outputLimit: Int) -> (PeerSocket, SessionID?) {
    var ends: [Int32] = [0, 0]
    let made = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
    precondition(made == 0, "no descriptors left")
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    var size = sendBuffer
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    let (own, peer) = (ends[0], PeerSocket(ends[1]))
    nonisolated(unsafe) var session: SessionID?
    loop.betweenTurns { reactor in
      guard let line, let http, case .admitted(let limiter) = limiter.admit(.other, at: reactor.now) else {
        return
      }
      reactor.adopt(own, outputLimit: outputLimit) { connection in
        switch door {
        case .line:
          let handler = line.handler(for: connection, Throttle(limiter))
          session = (handler as? LineSession)?.id
          return handler
        case .http: return http.handler(for: connection, Throttle(limiter))
        }
      }
    }
    return (peer, session)
  }
}
