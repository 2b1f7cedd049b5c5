/// How often each latency occurred, in nanoseconds and to about 1.6 %: 64 steps for each power of two, exact
/// below 128.
struct LatencyHistogram: Sendable {
  private var counts = [Int](repeating: 0, count: 128 + (64 - 7) * 64)
  private(set) var count = 0
  private(set) var maximum: UInt64 = 0

  mutating func record(_ nanoseconds: UInt64) {
    counts[LatencyHistogram.bucket(nanoseconds)] += 1
    count += 1
    maximum = max(maximum, nanoseconds)
  }

  /// The latency that this part (0–1) of all stayed at or below, from the middle of its step; 0 when there
  /// are none.
  func percentile(_ part: Double) -> UInt64 {
    let rank = max(1, Int((part * Double(count)).rounded(.up)))
    var seen = 0
    for (bucket, number) in counts.enumerated() {
      seen += number
      if seen >= rank { return min(LatencyHistogram.middle(bucket), maximum) }
    }
    return maximum
  }

  private static func bucket(_ value: UInt64) -> Int {
    if value < 128 { return Int(value) }
    let exponent = 63 - value.leadingZeroBitCount
    return 128 + (exponent - 7) * 64 + Int(value >> UInt64(exponent - 6) & 63)
  }

  private static func middle(_ bucket: Int) -> UInt64 {
    if bucket < 128 { return UInt64(bucket) }
    let exponent = UInt64((bucket - 128) / 64 + 7)
    let step = UInt64(1) << (exponent - 6)
    return UInt64(1) << exponent + UInt64((bucket - 128) % 64) * step + step / 2
  }
}
