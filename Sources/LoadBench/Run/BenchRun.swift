import Reactor

/// The life of a run: everybody connects, silence, warming up, measuring, waiting for what is under way, the
/// report.
///
/// One timer looks every ``tickMilliseconds`` whether the next phase has come; everything else happens as the
/// server speaks.
final class BenchRun {
  enum Phase: Equatable {
    case connecting
    /// All are ready. Notices of each other's joining may still be under way.
    case settling
    /// Sending; until a time.
    case warmingUp(UInt64)
    case measuring(UInt64)
    /// Nothing new is sent.
    case draining
    case ended
  }

  static let tickMilliseconds: Int64 = 20
  private static let second: UInt64 = 1_000_000_000
  /// What a connection may have to send; far more than windows hold.
  private static let outputLimit = 1 << 26

  let clock = Clock()
  let layout: Layout
  let traffic: Traffic
  private let plan: BenchPlan
  private let names = Names(run: .random())
  private let addresses: ServerAddresses
  private let reactor: Reactor
  private let end: (Result<BenchReport, BenchFailure>) -> Void
  private var progress: ProgressLine

  private var phase = Phase.connecting
  private var clients: [BenchClient] = []
  private var begun = 0
  private var ready = 0
  private var lastReady: UInt64 = 0
  private var connectSeconds = 0.0
  private var problem: String?
  private var before = Snapshot()
  private var after = Snapshot()

  init(
    _ plan: BenchPlan, _ addresses: ServerAddresses, reactor: Reactor,
    progress: (@Sendable (String) -> Void)?,
    end: @escaping (Result<BenchReport, BenchFailure>) -> Void
  ) {
    self.plan = plan
    self.addresses = addresses
    self.reactor = reactor
    self.end = end
    self.progress = ProgressLine(show: progress)
    layout = Layout(plan)
    traffic = Traffic(layout, clock: clock)
    reactor.atTurnEnd { [self] in traffic.sendDue() }
    connectMore()
    tick()
  }

  // MARK: Connecting

  private func connectMore() {
    while phase == .connecting, begun < layout.clients.count, begun - ready < plan.connecting {
      let index = begun
      begun += 1
      let planned = layout.clients[index]
      reactor.connect(
        toFirstOf: addresses.addresses(of: planned.door), outputLimit: Self.outputLimit,
        failed: { [self] in trouble("\($0)") },
        connected: { [self] connection in
          let client = BenchClient(planned, connection, dialect(planned, index), self)
          clients.append(client)
          // Nothing has to be said before a request.
          if planned.door == .http { client.becomeReady() }
          return client
        })
    }
  }

  private func dialect(_ planned: Layout.Client, _ index: Int) -> any ClientDialect {
    let name = ClientName(nick: names.nick(index), room: names.room(planned.room), run: names.run)
    switch planned.door {
    case .plain: return PlainDialect(name: name)
    case .irc: return IRCDialect(name: name)
    case .ws: return WebSocketDialect(name: name, host: addresses.httpHost)
    case .http: return PostDialect(name: name, host: addresses.httpHost)
    }
  }

  func makeSender(
    _ planned: Layout.Client, slot: Int, _ dialect: any ClientDialect, _ output: Output
  ) -> Sender {
    let sender = Sender(
      planned, slot: slot, dialect: dialect, output: output, plan: plan,
      recipients: layout.recipientsPerMessage, run: names.run)
    traffic.add(sender)
    return sender
  }

  func clientIsReady() {
    ready += 1
    lastReady = clock.now
    if ready == layout.clients.count { connectSeconds = Double(lastReady) / 1e9 }
    // Not from within the connecting of another.
    reactor.after(milliseconds: 0) { [self] in connectMore() }
  }

  // MARK: Phases

  private func tick() {
    let now = clock.now
    advance(now)
    if phase == .ended { return }
    progress.update(now, phase, ready: ready, of: layout.clients.count, traffic.counts)
    reactor.after(milliseconds: Self.tickMilliseconds) { [self] in tick() }
  }

  private func advance(_ now: UInt64) {
    let silence = now - min(now, traffic.lastArrival)
    switch phase {
    case .connecting:
      if ready == layout.clients.count {
        phase = .settling
      } else if now - min(now, lastReady) > 20 * Self.second {
        trouble("\(ready) of \(layout.clients.count) clients are ready, and no more in the last 20 seconds")
      }
    case .settling: if silence > Self.second * 3 / 10 { start(now) }
    case .warmingUp(let until): if now >= until { beginMeasuring(now) }
    case .measuring(let until):
      if now >= until {
        endMeasuring(now)
      } else if silence > 5 * Self.second {
        trouble("nothing was delivered for 5 seconds")
      }
    case .draining:
      // A moment longer, for what comes twice.
      if traffic.isComplete ? silence > Self.second / 10 : silence > 3 * Self.second { finish() }
    case .ended: break
    }
  }

  private func start(_ now: UInt64) {
    let warmUp = min(Self.second, UInt64(plan.milliseconds) * 1_000_000 / 5)
    phase = .warmingUp(now + warmUp)
    traffic.lastArrival = now
    traffic.start()
  }

  private func beginMeasuring(_ now: UInt64) {
    phase = .measuring(now + UInt64(plan.milliseconds) * 1_000_000)
    before = snapshot(now)
    traffic.beginMeasuring(at: now)
  }

  private func endMeasuring(_ now: UInt64) {
    phase = .draining
    after = snapshot(now)
    traffic.stop(at: now)
  }

  private func snapshot(_ now: UInt64) -> Snapshot {
    Snapshot(
      time: now, counts: traffic.counts, ownCPU: Clock.ownProcess,
      serverCPU: plan.serverProcess.flatMap(ProcessTime.read))
  }

  /// Something went wrong, after which the figures would mean little: the first such thing ends the run.
  func trouble(_ reason: String) {
    if phase == .ended { return }
    if problem == nil { problem = reason }
    stop()
  }

  /// The person wants it to end.
  func interrupt() {
    if phase == .draining { return finish() }
    stop()
  }

  private func stop() {
    let now = clock.now
    switch phase {
    case .connecting, .settling:
      phase = .ended
      progress.clear()
      end(.failure(BenchFailure(reason: problem ?? "interrupted before anything was measured")))
    case .warmingUp:
      beginMeasuring(now)
      endMeasuring(now)
    case .measuring: endMeasuring(now)
    case .draining, .ended: break
    }
  }

  private func finish() {
    phase = .ended
    progress.clear()
    end(
      .success(
        BenchReport(
          plan: plan, layout: layout, connectSeconds: connectSeconds, before: before, after: after,
          total: traffic.counts, lost: clients.reduce(0) { $0 + $1.lost }, latency: traffic.latency,
          problem: problem)))
  }
}

/// Where everything stood at one edge of the measured time.
struct Snapshot: Sendable {
  /// Nanoseconds of the run's ``Clock``.
  var time: UInt64 = 0
  var counts = Traffic.Counts()
  /// Nanoseconds of CPU time.
  var ownCPU: UInt64 = 0
  var serverCPU: UInt64?
}
