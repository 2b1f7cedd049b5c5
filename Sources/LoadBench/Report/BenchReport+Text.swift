extension BenchReport {
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
    let underWay = plan.sending == .http ? "1 request" : window
    let size = "\(plan.payload) bytes each"
    switch plan.scenario {
    case .fanout:
      let senders = plan.senders == 1 ? "1 sender" : "\(plan.senders) senders"
      return "fanout: \(senders) (\(plan.sending.rawValue)) to \(plan.receivers) receivers "
        + "(\(plan.listening.rawValue)) in one room,\n        \(underWay) under way\(plan.senders == 1 ? "" : " from each"), \(size)"
    case .rooms:
      let doors = plan.listening == plan.sending ? "\(plan.sending)" : "\(plan.sending) to \(plan.listening)"
      return "rooms: \(plan.rooms) rooms of \(plan.members) members who all send (\(doors)),\n"
        + "       \(underWay) under way from each, \(size)"
    case .post: return "post: \(plan.senders) connections (http), \(underWay) under way on each, \(size)"
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
}
