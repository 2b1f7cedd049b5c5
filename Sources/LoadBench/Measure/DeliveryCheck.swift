/// What one receiver got from one sender, whose messages are numbered from 0.
struct DeliveryCheck {
  enum Verdict: Equatable {
    case inOrder
    /// After one with a higher number.
    case late
    case doubled
  }

  /// One above the highest number seen.
  private var next: UInt32 = 0
  /// Numbers that were passed over, and have not come since.
  private var missing: [UInt32] = []

  mutating func take(_ sequence: UInt32) -> Verdict {
    if sequence == next {
      next += 1
      return .inOrder
    }
    if sequence > next {
      missing.append(contentsOf: next..<sequence)
      next = sequence + 1
      return .inOrder
    }
    guard let index = missing.firstIndex(of: sequence) else { return .doubled }
    missing.remove(at: index)
    return .late
  }

  /// How many of the `sent` first messages have not come.
  func lost(of sent: UInt32) -> Int { missing.count + Int(sent - min(sent, next)) }
}
