import AdminHTTP
import Delivery
import LineProtocol
import Reactor

/// The doors of one loop: gives each connection the handler that speaks its protocol.
struct Doors {
  private let shard: Shard
  private let line: LineSettings
  private let http: HTTPDoor
  private let sendQueueBytes: Int

  init(_ server: Server, _ shard: Shard, _ encoder: IRCEncoder) {
    self.shard = shard
    let configuration = server.configuration
    line = LineSettings(
      irc: encoder, networkName: configuration.networkName, started: server.started,
      agent: configuration.agentEnabled ? configuration.agentName : nil)
    http = HTTPDoor(shard, server.httpSettings)
    sendQueueBytes = configuration.sendQueueBytes
  }

  func open(_ accepted: Accepted) {
    shard.reactor.adopt(accepted.descriptor, peer: accepted.peer, outputLimit: sendQueueBytes) { connection in
      switch accepted.door {
      case .line: LineSession(connection, shard, line)
      case .http: http.handler(for: connection)
      }
    }
  }
}
