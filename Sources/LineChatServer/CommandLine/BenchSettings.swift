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
}
