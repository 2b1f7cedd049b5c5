import LoadBench

extension BenchSettings {
  /// The options that mean something to some scenarios only.
  private static let special: [(name: String, scenarios: [BenchPlan.Scenario])] = [
    ("door", [.fanout, .rooms]), ("send", [.fanout, .rooms]), ("receivers", [.fanout]),
    ("senders", [.fanout, .post]), ("rooms", [.rooms]), ("members", [.rooms]),
    ("window", [.fanout, .rooms]),
  ]

  /// What a run of `scenario` is to do. `flags`: what was asked for expressly, and so has to be possible.
  func plan(_ scenario: BenchPlan.Scenario, flags: [GivenValue]) throws(UsageError) -> BenchPlan {
    for (name, scenarios) in Self.special where !scenarios.contains(scenario) {
      guard let flag = flags.first(where: { $0.name == name }) else { continue }
      throw UsageError(message: "\(flag.origin) has no meaning for \(scenario.rawValue)")
    }
    let sending = scenario == .post ? .http : send ?? door
    var plan = BenchPlan()
    plan.scenario = scenario
    plan.line = Endpoint(host: line.host, port: line.port)
    plan.http = http.map { Endpoint(host: $0.host, port: $0.port) }
    plan.listening = door == .http ? .ws : door
    plan.sending = sending
    plan.receivers = receivers ?? plan.receivers
    plan.senders = senders ?? (sending == .http ? 64 : plan.senders)
    plan.rooms = rooms ?? plan.rooms
    plan.members = members ?? plan.members
    plan.window = window ?? (scenario == .rooms ? 1 : plan.window)
    plan.payload = payload ?? plan.payload
    plan.milliseconds = milliseconds
    plan.connecting = connecting ?? plan.connecting
    plan.serverProcess = process.map { Int32(truncatingIfNeeded: $0) }
    try check(plan, flags)
    return plan
  }

  private func check(_ plan: BenchPlan, _ flags: [GivenValue]) throws(UsageError) {
    let doors = plan.scenario == .post ? [plan.sending] : [plan.listening, plan.sending]
    if plan.http == nil, doors.contains(where: { $0 == .http || $0 == .ws }) {
      throw UsageError(message: "--http is off, and \(plan.scenario.rawValue) needs it: --http HOST:PORT")
    }
    if doors.contains(.irc), !BenchPlan.ircPayloads.contains(plan.payload) {
      throw UsageError(
        message:
          "--payload: '\(plan.payload)': expected at most \(BenchPlan.ircPayloads.upperBound) with irc, "
          + "whose lines end at 512 bytes")
    }
    if plan.sending == .http, flags.contains(where: { $0.name == "window" }) {
      throw UsageError(
        message: "--window has no meaning for http, where a sender has one request under way: use --senders")
    }
  }
}
