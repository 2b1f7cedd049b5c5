import LoadBench

/// What `linechat bench` can be told. What a scenario makes of it is in ``plan(_:flags:)``.
struct BenchSettings: Equatable, Sendable {
  var line = Address(host: "127.0.0.1", port: 6667)
  var http: Address? = Address(host: "127.0.0.1", port: 8000)
  var door = Door.plain
  /// nil: the same as `door`.
  var send: Door?
  var receivers: Int?
  var senders: Int?
  var rooms: Int?
  var members: Int?
  var window: Int?
  var payload: Int?
  var milliseconds = BenchPlan().milliseconds
  var connecting: Int?
  var process: Int?
  var json = false

  static let options: [Option<BenchSettings>] = [
    Option(
      "to", "HOST:PORT", default: "127.0.0.1:6667", "the server's line address",
      into: \.line, parse: Values.remoteAddress),
    Option(
      "http", "HOST:PORT", default: "127.0.0.1:8000", "the server's HTTP address",
      into: \.http, parse: Values.addressOrOff),
    Option(
      "door", "plain|irc|ws|http", default: "plain",
      "how clients connect; http sends by POST, receives by WebSocket",
      into: \.door, parse: Values.choice),
    Option(
      "send", "plain|irc|ws|http", default: nil, "how those connect that send, if differently",
      into: \.send, parse: { (text) throws(InvalidValue) -> Door? in try Values.choice(text) as Door }),
    Option(
      "receivers", "N", default: "500", "fanout: who listens", into: \.receivers,
      parse: Values.number(in: 1...60_000)),
    Option(
      "senders", "N", default: "1, by http 64", "fanout, post: who sends", into: \.senders,
      parse: Values.number(in: 1...1000)),
    Option(
      "rooms", "N", default: "100", "rooms: how many", into: \.rooms, parse: Values.number(in: 1...30_000)),
    Option(
      "members", "N", default: "10", "rooms: members of each", into: \.members,
      parse: Values.number(in: 2...1000)),
    Option(
      "window", "N", default: "64, in rooms 1",
      "messages that a sender has under way; by http it is always 1", into: \.window,
      parse: Values.number(in: 1...4096)),
    Option(
      "payload", "BYTES", default: "64", "the length of a message's text", into: \.payload,
      parse: Values.number(in: BenchPlan.payloads)),
    Option(
      "duration", "SECONDS", default: "5", "how long to measure", into: \.milliseconds,
      parse: Values.seconds),
    Option(
      "connecting", "N", default: "100", "clients that may be connecting at a time", into: \.connecting,
      parse: Values.number(in: 1...60_000)),
    Option(
      "pid", "PID", default: nil, "the server's process here, to report its CPU time", into: \.process,
      parse: Values.number(in: 1...Int(Int32.max))),
    Option("json", "print the report as one line of JSON", into: \.json),
  ]

  /// The settings that flags and environment give together.
  init(_ flags: [GivenValue], _ sources: OptionSources) throws(UsageError) {
    let environment = environmentValues(sources.environment, Self.options.map(\.description))
    try Option.apply([environment, flags], of: Self.options, to: &self)
  }

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
