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
