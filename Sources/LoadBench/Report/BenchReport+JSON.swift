extension BenchReport {
  /// One JSON object in one line, for programs. Times are in the unit that ends their name; what was not measured is null.
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
