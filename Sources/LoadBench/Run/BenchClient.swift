import Reactor

/// One client of a run, from its connection on.
final class BenchClient: ConnectionHandler {
  let planned: Layout.Client
  private let connection: Connection
  private var dialect: any ClientDialect
  private unowned let run: BenchRun
  private let traffic: Traffic
  private let sender: Sender?
  /// What it got, by the slots of its room. Unchecked as in ``Traffic``.
  @exclusivity(unchecked) private var checks: [DeliveryCheck]
  private var isReady = false
  private var farewell: String?

  init(_ planned: Layout.Client, _ connection: Connection, _ dialect: any ClientDialect, _ run: BenchRun) {
    self.planned = planned
    self.connection = connection
    self.dialect = dialect
    self.run = run
    traffic = run.traffic
    sender = planned.slot.map { run.makeSender(planned, slot: $0, dialect, connection.output) }
    let hears = planned.door.canListen
    checks = Array(repeating: DeliveryCheck(), count: hears ? run.layout.sendersPerRoom : 0)
    connection.output.append(dialect.opening)
  }

  /// The messages that were sent for it and have not come.
  var lost: Int {
    checks.indices.reduce(0) { sum, slot in
      guard let other = traffic.sender(room: planned.room, slot: slot), other !== sender else { return sum }
      return sum + checks[slot].lost(of: other.window.next)
    }
  }

  func receive(_ bytes: Span<UInt8>) -> Int {
    let now = run.clock.now
    traffic.lastArrival = now
    return dialect.read(bytes) { event in handle(event, now) }
  }

  private func handle(_ event: ClientEvent, _ now: UInt64) {
    switch event {
    case .delivered(let marker):
      traffic.delivered(marker, room: planned.room, own: sender, checks: &checks, at: now)
    case .answered: if let sender { traffic.answered(sender, at: now) }
    case .replies(let bytes): connection.output.append(bytes)
    case .ready: becomeReady()
    case .refused(let words):
      farewell = words
      run.trouble("the server says: \(words)")
    }
  }

  /// It has done all that it does before the messages.
  func becomeReady() {
    if isReady { return }
    isReady = true
    run.clientIsReady()
  }

  func inputEnded() { connection.close() }

  func outputDrained() {}

  func outputOverflowed() { run.trouble("the server does not read what is sent to it") }

  func closed() {
    // After a refusal, that was the reason.
    if farewell == nil { run.trouble("the server closed a connection") }
  }

  /// What is under way is bounded by the window, so that nothing has to be dropped in between.
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { nil }
}
