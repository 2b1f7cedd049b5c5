/// What a run found.
package struct BenchReport: Sendable {
  let plan: BenchPlan
  let clients: Int
  let rooms: Int
  let recipients: Int
  let connectSeconds: Double
  /// The measured time.
  let seconds: Double
  /// In the measured time.
  let messages: Int
  let deliveries: Int
  let ownCPU: Double
  /// Seconds; nil when nobody asked.
  let serverCPU: Double?
  /// From the first message to the last.
  let total: Traffic.Counts
  let lost: Int
  let latency: LatencyHistogram
  /// What ended the run early, if it was not a person.
  let problem: String?

  init(
    plan: BenchPlan, layout: Layout, connectSeconds: Double, before: Snapshot, after: Snapshot,
    total: Traffic.Counts, lost: Int, latency: LatencyHistogram, problem: String?
  ) {
    self.plan = plan
    clients = layout.clients.count
    rooms = layout.rooms
    recipients = layout.recipientsPerMessage
    self.connectSeconds = connectSeconds
    seconds = Double(after.time - before.time) / 1e9
    messages = after.counts.messages - before.counts.messages
    deliveries = after.counts.deliveries - before.counts.deliveries
    ownCPU = Double(after.ownCPU - before.ownCPU) / 1e9
    serverCPU = after.serverCPU.flatMap { end in before.serverCPU.map { Double(end - min(end, $0)) / 1e9 } }
    self.total = total
    // What nobody was to hear is lost when it stays unanswered.
    self.lost = layout.recipientsPerMessage == 0 ? total.sent - total.messages : lost
    self.latency = latency
    self.problem = problem
  }

  /// Every message reached every receiver once and in order, and nothing went wrong.
  package var isClean: Bool {
    problem == nil && lost == 0 && total.doubled == 0 && total.reordered == 0 && total.misplaced == 0
  }

  private var messagesPerSecond: Double { seconds > 0 ? Double(messages) / seconds : 0 }
  private var deliveriesPerSecond: Double { seconds > 0 ? Double(deliveries) / seconds : 0 }
  private var ownCPUPercent: Double { seconds > 0 ? 100 * ownCPU / seconds : 0 }
  private var serverCPUPercent: Double? { serverCPU.map { seconds > 0 ? 100 * $0 / seconds : 0 } }
  /// Nanoseconds; nil where nothing was counted.
  private var serverCPUPerDelivery: Double? {
    deliveries > 0 ? serverCPU.map { $0 * 1e9 / Double(deliveries) } : nil
  }
  private var serverCPUPerMessage: Double? {
    messages > 0 ? serverCPU.map { $0 * 1e9 / Double(messages) } : nil
  }

  /// A screen for people.
  package var text: String {
    var rows = [
      ("connected", "\(clients) clients in \(Figures.duration(connectSeconds * 1e9))"),
      ("measured", "\(Figures.fixed(seconds, decimals: 2)) s"),
      ("messages", "\(Figures.rate(messagesPerSecond))/s"),
    ]
    if recipients > 0 { rows.append(("deliveries", "\(Figures.rate(deliveriesPerSecond))/s")) }
    rows.append(("latency", latencies))
    if let server { rows.append(("server", server)) }
    rows.append(("generator", generator))
    rows.append(("sent", "\(total.sent) messages, \(total.deliveries) deliveries"))
    rows.append(("verdict", verdict))
    let lines = rows.map { name, value in
      "  " + name + String(repeating: " ", count: 12 - name.count) + value + "\n"
    }
    return heading + "\n\n" + lines.joined()
  }

  private var heading: String {
    let window = plan.window == 1 ? "1 message" : "\(plan.window) messages"
    let inFlight = plan.sending == .http ? "1 request" : window
    let size = "\(plan.payload) bytes each"
    switch plan.scenario {
    case .fanout:
      let senders = plan.senders == 1 ? "1 sender" : "\(plan.senders) senders"
      return "fanout: \(senders) (\(plan.sending.rawValue)) to \(plan.receivers) receivers "
        + "(\(plan.listening.rawValue)) in one room,\n        \(inFlight) under way\(plan.senders == 1 ? "" : " from each"), \(size)"
    case .rooms:
      let doors = plan.listening == plan.sending ? "\(plan.sending)" : "\(plan.sending) to \(plan.listening)"
      return "rooms: \(plan.rooms) rooms of \(plan.members) members who all send (\(doors)),\n"
        + "       \(inFlight) under way from each, \(size)"
    case .post: return "post: \(plan.senders) connections (http), \(inFlight) under way on each, \(size)"
    }
  }

  private var latencies: String {
    if latency.count == 0 { return "none measured" }
    let parts = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)]
    return (parts.map { ($0, latency.percentile($1)) } + [("max", latency.maximum)])
      .map { "\($0) \(Figures.duration(Double($1)))" }.joined(separator: "   ")
  }

  private var server: String? {
    guard let percent = serverCPUPercent else { return nil }
    let share = "\(Figures.fixed(percent, decimals: 0)) % of a core"
    guard let unit = recipients > 0 ? serverCPUPerDelivery : serverCPUPerMessage else { return share }
    return "\(Figures.duration(unit)) of CPU for each \(recipients > 0 ? "delivery" : "message"), \(share)"
  }

  private var generator: String {
    let share = "\(Figures.fixed(ownCPUPercent, decimals: 0)) % of a core"
    return ownCPUPercent < 90 ? share : share + ": the load generator is the limit here"
  }

  private var verdict: String {
    var parts = ["\(lost) lost", "\(total.doubled) doubled", "\(total.reordered) reordered"]
    if total.misplaced > 0 { parts.append("\(total.misplaced) in the wrong room") }
    let counted = parts.joined(separator: ", ")
    return problem.map { "\(counted); ended early: \($0)" } ?? counted
  }

  /// One JSON object in one line, for programs. Times are in the unit that ends their name; what was not
  /// measured is null.
  package var json: String {
    let microseconds: (Double) -> String? = {
      latency.count > 0 ? number(Double(latency.percentile($0)) / 1e3) : nil
    }
    let fields: [(String, String?)] = [
      ("scenario", quoted(plan.scenario.rawValue)),
      ("receive", recipients > 0 ? quoted(plan.listening.rawValue) : nil),
      ("send", quoted(plan.sending.rawValue)),
      ("clients", "\(clients)"),
      ("rooms", "\(rooms)"),
      ("recipients", "\(recipients)"),
      ("window", "\(plan.sending == .http ? 1 : plan.window)"),
      ("payload_bytes", "\(plan.payload)"),
      ("connect_s", number(connectSeconds)),
      ("measured_s", number(seconds)),
      ("messages_per_s", number(messagesPerSecond)),
      ("deliveries_per_s", number(deliveriesPerSecond)),
      ("latency_p50_us", microseconds(0.5)),
      ("latency_p90_us", microseconds(0.9)),
      ("latency_p99_us", microseconds(0.99)),
      ("latency_p999_us", microseconds(0.999)),
      ("latency_max_us", microseconds(1)),
      ("server_cpu_percent", serverCPUPercent.map(number)),
      ("server_cpu_us_per_delivery", serverCPUPerDelivery.map { number($0 / 1e3) }),
      ("server_cpu_us_per_message", serverCPUPerMessage.map { number($0 / 1e3) }),
      ("generator_cpu_percent", number(ownCPUPercent)),
      ("sent", "\(total.sent)"),
      ("delivered", "\(total.deliveries)"),
      ("lost", "\(lost)"),
      ("doubled", "\(total.doubled)"),
      ("reordered", "\(total.reordered)"),
      ("misplaced", "\(total.misplaced)"),
      ("problem", problem.map(quoted)),
      ("clean", "\(isClean)"),
    ]
    return "{" + fields.map { "\"\($0)\":\($1 ?? "null")" }.joined(separator: ",") + "}"
  }

  private func number(_ value: Double) -> String { Figures.fixed(value, decimals: 4) }

  /// RFC 8259 §7. What a server says may hold anything.
  private func quoted(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": json += "\\\(scalar)"
      case "\u{20}"...: json.unicodeScalars.append(scalar)
      default: json += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      }
    }
    return json + "\""
  }
}
