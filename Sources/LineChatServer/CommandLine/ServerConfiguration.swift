import ChatStore
import Glibc
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

  /// The option table of `serve`: flags, environment variables, keys of the configuration file and help
  /// follow from it.
  static let options: [Option<ServerConfiguration>] = [
    Option(
      "line", "HOST:PORT", default: "127.0.0.1:6667", "where nc, bots and IRC clients connect",
      appendingTo: \.lineAddresses, parse: Address.init(parsing:)),
    Option(
      "http", "HOST:PORT|off", default: "127.0.0.1:8000", "where HTTP and WebSocket clients connect",
      into: \.http, parse: Values.addressOrOff),
    Option(
      "data", "DIR", default: "data", "the directory that holds linechat.db",
      into: \.dataDirectory, parse: Values.path),
    Option(
      "durability", "full|normal", default: "full",
      "full survives a power cut; normal is faster, survives a server crash",
      into: \.durability, parse: Values.choice),
    Option(
      "retain", "TIME", default: nil, "how long messages are kept, such as 12h or 30d; by default for ever",
      into: \.retention.milliseconds, parse: Values.age),
    Option(
      "retain-messages", "N", default: nil, "how many of its newest messages each room keeps; by default all",
      into: \.retention.messagesPerRoom, parse: Values.messagesKept),
    Option(
      "loops", "N", default: nil, "event loops, 1 to 64; by default as the processors allow",
      into: \.loops, parse: Values.loops),
    Option(
      "agent", "on|off", default: "on", "the automatic agent",
      into: \.agentEnabled, parse: Values.onOff),
    Option(
      "agent-rooms", "ROOM,...|'*'", default: "default", "the rooms in which the agent answers",
      into: \.agentRooms, parse: Values.agentRooms),
    Option(
      "agent-name", "NICK", default: "mock-ai", "the agent's name, which nobody else may take",
      into: \.agentName, parse: Values.nick),
    Option(
      "agent-rules", "FILE", default: nil, "rules for the agent in place of the built-in ones",
      into: \.agentRulesFile, parse: Values.path),
    Option(
      "rate-limit", "off|N/s", default: "20/s",
      "lines, frames or requests of one connection, after a burst of 1000",
      into: \.rateLimit, parse: Values.rateLimit),
    Option(
      "flood-timeout", "TIME", default: "5m", "how long one may go on faster, held up, before it is ended",
      into: \.floodTimeout, parse: Values.milliseconds),
    Option(
      "max-connections", "N", default: nil, "by default as the descriptors allow (ulimit -n)",
      into: \.maxConnections, parse: Values.number(in: 1...1_000_000_000)),
    Option(
      "max-connections-per-address", "N", default: "4096", "no limit with --rate-limit off",
      into: \.maxConnectionsPerAddress, parse: Values.count),
    Option(
      "max-rooms", "N", default: "1000000", "rooms there may be",
      into: \.maxRooms, parse: Values.count),
    Option(
      "max-rooms-per-session", "N", default: "1000",
      "rooms one may be in; no limit with --rate-limit off",
      into: \.maxRoomsPerSession, parse: Values.count),
    Option(
      "ping-after", "TIME", default: "90s", "quiet of IRC and WebSocket clients before a ping",
      into: \.pingAfter, parse: Values.milliseconds),
    Option(
      "ping-timeout", "TIME", default: "60s", "how long they have to answer",
      into: \.pingTimeout, parse: Values.milliseconds),
    Option(
      "register-timeout", "TIME", default: "60s", "quiet of a line client that has no nick",
      into: \.registerTimeout, parse: Values.milliseconds),
    Option(
      "request-timeout", "TIME", default: "20s", "how long an HTTP request has to arrive, up to twice it",
      into: \.requestTimeout, parse: Values.milliseconds),
    Option(
      "send-queue", "BYTES", default: "1m",
      "what may wait for one reader before it is cut off, 64k to 1024m",
      into: \.sendQueueBytes, parse: Values.sendQueue),
    Option(
      "memory", "BYTES", default: nil,
      "what may wait for all together; by default a quarter of the memory",
      into: \.memory, parse: Values.memory),
    Option(
      "server-name", "NAME", default: "linechat", "the server's name on IRC",
      into: \.serverName, parse: Values.serverName),
    Option(
      "network-name", "NAME", default: "LineChat", "the network's name on IRC",
      into: \.networkName, parse: Values.networkName),
    Option(
      "allow-host", "NAME", default: nil,
      "a name of this server that HTTP requests may be sent to",
      appendingTo: \.allowHosts, parse: Values.hostName),
    Option(
      "allow-origin", "URL", default: nil,
      "a web origin besides the server's own that may read and post",
      appendingTo: \.allowOrigins, parse: Values.origin),
    Option(
      "log-level", "error|warning|info|debug", default: "info", "the least that is logged",
      into: \.logLevel, parse: Values.choice),
    Option(
      "config", "FILE", default: nil, "a file of 'key = value' lines; the keys are these options",
      into: \.configurationFile, parse: Values.path),
  ]

  /// The defaults.
  init() {}

  /// The configuration that flags, environment and configuration file give together, in falling precedence.
  init(_ flags: [GivenValue], _ sources: OptionSources) throws(UsageError) {
    self.init()
    let table = ServerConfiguration.options
    let descriptions = table.map(\.description)
    let environment = environmentValues(sources.environment, descriptions)
    var given = [environment, flags]
    if let file = (environment + flags).last(where: { $0.name == "config" }), !file.value.isEmpty {
      let keys = descriptions.filter { $0.name != "config" }
      switch sources.readFile(file.value) {
      case .success(let bytes):
        given.insert(
          try configurationFileValues(bytes, path: file.value, options: keys), at: 0)
      case .failure(let problem):
        throw UsageError(message: "\(file.origin): cannot read '\(file.value)': \(problem.reason)")
      }
    }
    try Option.apply(given, of: table, to: &self)
  }

  /// The names that HTTP requests may be sent to. `machine`: the name of this machine, or empty.
  func hostNames(machine: String) -> [String] {
    var names = allowHosts
    if !machine.isEmpty {
      // Multicast DNS has the machine under its first label (RFC 6762 §3).
      names += [machine, machine.prefix { $0 != "." } + ".local"]
    }
    // A proxy that serves such an origin may send its name on.
    names += allowOrigins.compactMap { $0.split(separator: "/").last?.prefix { $0 != ":" } }.map(String.init)
    if let http { names.append(http.host) }
    return names
  }
}

enum MachineName {
  /// Empty if the kernel does not tell it.
  static var current: String {
    // POSIX has no name longer than 255 bytes, and Linux none longer than 64.
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
