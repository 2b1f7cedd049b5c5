import AdminHTTP
import Agents
import ChatCore
import ChatStore
import Delivery
import Glibc
import LineDoor
import LineProtocol
import Reactor
import Threads
import Traffic

/// The life of the server, from its configuration to its end.
///
/// The parts, in the order in which a message meets them: a loop's doors (``Doors``) read it, the order gives
/// it its place, the log's thread decides and stores it, the bus carries it to every loop, and their shards
/// show it. The main thread is loop 0.
struct Server {
  let configuration: ServerConfiguration
  let serverLog: ServerLog
  let log: SQLiteEventLog
  private let bus: LocalEventBus
  let loops: [EventLoop]
  private let order = LocalOrder()
  private let mailboxes: Mailboxes
  let metrics = DeliveryMetrics()
  private let memory = MemoryUse()
  let connectionLimiter: ConnectionLimiter
  /// Where pages of history that cannot be read are told of.
  private let throttledWarnings: ThrottledLog
  let sockets: DoorSockets
  let started = WallClock.now
  let serviceManager = ServiceManager(environment: processEnvironment())

  /// Serves until it is told to stop. Returns the process's exit status. `reread`: what the command line asks
  /// for when it is read again, with the files that it names.
  static func run(
    _ configuration: ServerConfiguration, reread: @escaping @Sendable () -> Invocation
  ) -> Int32 {
    let serverLog = ServerLog(level: configuration.logLevel)
    signal(SIGPIPE, SIG_IGN)
    SignalSource.block(Shutdown.signals + Reload.signals)
    do {
      let agent = try ReloadableAgent(configuration)
      let server = try Server(configuration, serverLog)
      return try server.serve(agent, Reload(configuration, serverLog, agent, reread: reread))
    } catch {
      serverLog.error("\(error)")
      return 1
    }
  }

  private init(_ configuration: ServerConfiguration, _ serverLog: ServerLog) throws {
    self.configuration = configuration
    self.serverLog = serverLog
    let descriptors = FileLimit.raise()
    let limits = try configuration.trafficLimits(descriptors: descriptors)
    serverLog.info("descriptors: up to \(descriptors); connections: up to \(limits.connections)")
    sockets = try DoorSockets(configuration)
    throttledWarnings = ThrottledLog { serverLog.warning($0) }
    connectionLimiter = ConnectionLimiter(limits, log: ThrottledLog { serverLog.info($0) })
    let loops = configuration.loops ?? Processors.defaultLoops
    let share = MemoryShare(limit: (configuration.memory ?? MemoryLimit.standard) / loops, use: memory)
    self.loops = try (0..<loops).map { _ in try EventLoop(memory: share) }
    // What can be refused without the data comes before it: a refused start leaves the directory as it is.
    log = try SQLiteEventLog(
      directory: configuration.dataDirectory, durability: configuration.durability,
      retention: configuration.retention
    ) {
      WallClock.milliseconds
    }
    for repair in log.repairs { serverLog.warning(repair) }
    bus = LocalEventBus(log: log)
    mailboxes = Mailboxes(loops: self.loops, bus: bus)
  }

  private func serve(_ agent: ReloadableAgent, _ reload: Reload) throws -> Int32 {
    let bus = self.bus
    let serverLog = self.serverLog
    for warning in log.times.warnings { serverLog.warning(warning.text) }
    let observers = SQLiteEventLog.Observers(
      troubled: { error in
        if let error {
          serverLog.error("the log: \(error)")
        } else {
          serverLog.info("the log: commits succeed again")
        }
      },
      clockRunsAhead: { ahead in
        guard let ahead else { return serverLog.info("the clock is believed again") }
        for warning in LogTimes(clockAhead: ahead).warnings { serverLog.warning(warning.text) }
      })
    try log.start(deciding: order, configuration.policy, observers: observers) { bus.publish($0) }
    let doors = loops.map { $0.mailbox(of: Accepted.self) }
    let shutdown = Shutdown(self)
    let attached = WorkQueue<Void>()
    for index in loops.indices.dropFirst() {
      try startThread(index, attached) { reactor in _ = attach(index, reactor, doors[index], shutdown) }
    }
    // Nothing is published before each loop listens: a loop takes what it finds stored for shown.
    var waitedFor = 1
    while waitedFor < loops.count { waitedFor += attached.take()?.count ?? loops.count }
    let publisher = AgentPublisher(on: loops[0])
    try loops[0].run { reactor in
      let shard = attach(0, reactor, doors[0], shutdown)
      publisher.attach(to: shard)
      let acceptor = try Acceptor(self, reactor, doors)
      try shutdown.listen(reactor) { acceptor.close() }
      try reload.listen(reactor)
      startAgent(agent, publisher, shutdown)
      announce()
      keepWatchdogQuiet(reactor)
    }
    return shutdown.status
  }

  /// Gives a loop its part of the chat and its doors.
  private func attach(
    _ index: Int, _ reactor: Reactor, _ accepted: Mailbox<Accepted>, _ shutdown: Shutdown
  ) -> Shard {
    let encoder = IRCEncoder(serverName: configuration.serverName)
    let shard = Shard(
      loop: index, reactor, directory: index == 0 ? Directory(rooms: log.rooms) : nil, order: order, log: log,
      formats: Formats.all(encoder), metrics: metrics, mailboxes: mailboxes, incidents: throttledWarnings)
    let doors = Doors(self, shard, encoder)
    reactor.receive(accepted) { for connection in $0 { doors.open(connection) } }
    doors.watchQuiet()
    shutdown.attach(index, shard)
    return shard
  }

  /// `attached` is given an element when `prepare` has returned, or the loop cannot run.
  private func startThread(
    _ index: Int, _ attached: WorkQueue<Void>, prepare: @escaping @Sendable (Reactor) -> Void
  ) throws {
    let loop = loops[index]
    try Thread.detached {
      do {
        try loop.run { reactor in
          prepare(reactor)
          attached.append(contentsOf: [()])
        }
      } catch {
        attached.append(contentsOf: [()])
      }
    }
  }

  private func startAgent(
    _ agent: ReloadableAgent, _ publisher: AgentPublisher, _ shutdown: Shutdown
  ) {
    guard configuration.agentEnabled else { return }
    let serverLog = self.serverLog
    let runner = AgentRunner(
      agent, named: configuration.agentName, in: configuration.agentRooms.runnerRooms, bus: bus,
      answersInARow: { agent.answersInARow },
      post: { try await publisher.post($0, $1, as: $2, once: $3) },
      failed: { serverLog.warning("agent: \($0)") })
    shutdown.atBegin(cancel: Task { await runner.run() })
  }

  private func announce() {
    let http = sockets.httpAddress.map { "\($0)" } ?? "off"
    let line = sockets.lineAddresses.map { "\($0)" }.joined(separator: ",")
    serverLog.info(
      """
      LineChat \(Version.number) serves: process \(getpid()), line \(line), http \(http), \
      data \(absolutePath(of: configuration.dataDirectory))
      """)
    for address in sockets.addressesBeyondThisMachine {
      serverLog.warning(
        "\(address) can be reached from other machines, and there are no accounts: who reaches it reads and writes"
      )
    }
    writeAll("ready line=\(line) http=\(http) data=\(configuration.dataDirectory)\n", to: 1)
    serviceManager.ready()
  }

  private func absolutePath(of path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The watchdog is told that loop 0 still turns. A disk that fails is no reason for it: a restart would not
  /// mend that.
  private func keepWatchdogQuiet(_ reactor: Reactor) {
    guard let interval = serviceManager.watchdogMilliseconds else { return }
    let serviceManager = self.serviceManager
    reactor.every(milliseconds: interval) { serviceManager.alive() }
  }

  /// What the HTTP doors of all loops are composed with.
  var httpSettings: HTTPSettings {
    let (log, order, lineAddresses) = (self.log, self.order, sockets.lineAddresses.map { "\($0)" })
    return HTTPSettings(
      webSocketFormat: .webSocket, names: configuration.hostNames(machine: MachineName.current),
      allowedOrigins: configuration.allowOrigins,
      lineAddresses: { lineAddresses },
      tickMilliseconds: configuration.requestTimeout,
      log: LogFigures(
        batchSize: log.metrics.batchSize, commitSeconds: log.metrics.seconds,
        queuedBytes: { order.queuedBytes }, times: { log.times }, fileBytes: { log.fileBytes }),
      memory: memory, version: Version.number, started: started)
  }
}

/// The formats that this server is composed with.
enum Formats {
  /// In the order of their ``FormatID``s.
  static func all(_ irc: IRCEncoder) -> [any EventFormat] { LineFormats.all(irc) + [WebSocketFormat()] }
}

extension FormatID {
  fileprivate static let webSocket = FormatID(LineFormats.count)
}
