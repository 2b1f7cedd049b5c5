import ChatStore
import LineProtocol

/// Everything that `linechat serve` can be told, with its defaults.
struct ServerConfiguration: Equatable, Sendable {
  var lineAddresses = [Address(host: "127.0.0.1", port: 6667)]
  /// nil: no HTTP listener.
  var http: Address? = Address(host: "127.0.0.1", port: 8000)
  /// As given, so that messages show the path that was written.
  var dataDirectory = "data"
  var durability = Durability.full
  /// How long messages are kept; for ever by default.
  var retention = Retention()
  /// 1–64; nil: as many as the processors allow.
  var loops: Int?
  var agentEnabled = true
  var agentRooms = AgentRooms.named([.standard])
  var agentName = Nick.agent
  var agentRulesFile: String?
  var rateLimit = RateLimit.perSecond(20)
  /// Milliseconds that a connection may go on sending too fast.
  var floodTimeout: Int64 = 300_000
  /// nil: as many as the descriptors allow.
  var maxConnections: Int?
  var maxConnectionsPerAddress = 4_096
  var maxRooms = 1_000_000
  var maxRoomsPerSession = 1_000
  /// Milliseconds; see ``Keepalive/Timeouts``.
  var pingAfter: Int64 = 90_000
  var pingTimeout: Int64 = 60_000
  var registerTimeout: Int64 = 60_000
  /// Milliseconds; see `HTTPTimeouts`.
  var requestTimeout: Int64 = 20_000
  /// The name that IRC clients see as the origin of replies.
  var serverName = "linechat"
  /// The name that IRC clients show for the network.
  var networkName = "LineChat"
  /// Names that HTTP requests may be sent to, besides those that always may.
  var allowHosts: [String] = []
  /// Web origins, besides the server's own, that may read, post and open a WebSocket.
  var allowOrigins: [String] = []
  /// The bytes that may wait for one reader before it is cut off as slow.
  var sendQueueBytes = 1 << 20
  /// The bytes that may wait for all readers and in unfinished input together; nil: ``MemoryLimit/standard``.
  var memory: Int?
  var logLevel = LogLevel.info
  /// The file that some of these values came from.
  var configurationFile: String?
}

extension ServerConfiguration {
  enum LogLevel: String, CaseIterable, Sendable { case error, warning, info, debug }

  /// Where the agent listens.
  enum AgentRooms: Equatable, Sendable {
    case all
    case named([RoomName])
  }

  /// How many messages one sender may send.
  enum RateLimit: Equatable, Sendable {
    case off
    case perSecond(Int)
  }
}
