import LineProtocol

extension ServerConfiguration {
  /// The option table of `serve`: flags, environment variables, keys of the configuration file and help follow from it.
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
      "rate-limit", "off|N", default: "20", "messages that one sender may send in a second",
      into: \.rateLimit, parse: Values.rateLimit
    ).unlisted,
    Option(
      "send-queue", "BYTES", default: "1m",
      "what may wait for one reader before it is cut off, 64k to 1024m",
      into: \.sendQueueBytes, parse: Values.sendQueue),
    Option(
      "server-name", "NAME", default: "linechat", "the server's name on IRC",
      into: \.serverName, parse: Values.serverName),
    Option(
      "network-name", "NAME", default: "LineChat", "the network's name on IRC",
      into: \.networkName, parse: Values.networkName),
    Option(
      "allow-origin", "URL", default: nil,
      "a web origin besides the server's own that may open a WebSocket",
      appendingTo: \.allowOrigins, parse: Values.origin),
    Option(
      "log-level", "error|warning|info|debug", default: "info", "the least that is logged",
      into: \.logLevel, parse: Values.choice),
    Option(
      "config", "FILE", default: nil, "a file of 'key = value' lines; the keys are these options",
      into: \.configurationFile, parse: Values.path),
  ]

  /// The configuration that flags, environment and configuration file give together, in falling precedence.
  init(_ flags: [GivenValue], _ surroundings: Surroundings) throws(UsageError) {
    self.init()
    let table = ServerConfiguration.options
    let descriptions = table.map(\.description)
    let environment = environmentValues(surroundings.environment, descriptions)
    var sources = [environment, flags]
    if let file = (environment + flags).last(where: { $0.name == "config" }), !file.value.isEmpty {
      let keys = descriptions.filter { $0.name != "config" }
      switch surroundings.readFile(file.value) {
      case .success(let bytes):
        sources.insert(
          try configurationFileValues(bytes, path: file.value, options: keys), at: 0)
      case .failure(let problem):
        throw UsageError(message: "\(file.origin): cannot read '\(file.value)': \(problem.reason)")
      }
    }
    try Option.apply(sources, of: table, to: &self)
  }
}
