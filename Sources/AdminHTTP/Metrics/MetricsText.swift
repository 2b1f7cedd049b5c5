import ChatCore
import HTTPProtocol

/// Writes metrics in Prometheus' text format, version 0.0.4.
struct MetricsText {
  static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  enum Kind: String { case counter, gauge, histogram }

  private(set) var text = ""

  mutating func value(_ name: String, _ kind: Kind, _ help: String, _ value: some Numeric) {
    begin(name, kind, help)
    text += "\(name) \(value)\n"
  }

  /// One value for each value of a label.
  mutating func values(
    _ name: String, _ kind: Kind, _ help: String, by label: String, _ values: [(String, Int)]
  ) {
    begin(name, kind, help)
    for (value, count) in values { text += "\(name){\(label)=\"\(Self.escaped(value))\"} \(count)\n" }
  }

  mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
    begin(name, .histogram, help)
    let (counts, sum) = histogram.snapshot
    var total = 0
    for (count, bound) in zip(counts, histogram.bounds.map(Self.number) + ["+Inf"]) {
      total += count
      text += "\(name)_bucket{le=\"\(bound)\"} \(total)\n"
    }
    text += "\(name)_sum \(sum)\n\(name)_count \(total)\n"
  }

  private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  /// Whole numbers without a fraction, as other exporters write them.
  private static func number(_ value: Double) -> String {
    if let whole = Int(exactly: value) { return "\(whole)" }
    return "\(value)"
  }

  private static func escaped(_ value: String) -> String {
    value.reduce(into: "") { escaped, character in
      switch character {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      default: escaped.append(character)
      }
    }
  }
}
