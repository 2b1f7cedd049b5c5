/// The names of one run's clients and rooms: random, so that a server in use is not disturbed.
struct Names: Sendable {
  let run: RunID

  /// Nine characters of IRC's grammar (RFC 2812 §1.2.1), different for up to 36⁴ clients.
  func nick(_ index: Int) -> String { "b" + Names.base36(Int(run.number)) + Names.base36(index) }

  func room(_ index: Int) -> String { "bench-\(run.text)-\(index)" }

  /// The last four digits.
  private static func base36(_ number: Int) -> String {
    let digits = String(number % (36 * 36 * 36 * 36), radix: 36)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}

/// Tells the messages of one run from all others.
struct RunID: Equatable, Sendable {
  let number: UInt32

  static func random() -> RunID { RunID(number: .random(in: 0...UInt32.max)) }

  /// Eight hexadecimal digits.
  var text: String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
