/// Numbers as people read them.
enum Figures {
  /// `0.812`, `94.2 k`, `4.71 M`: three digits that count.
  static func rate(_ value: Double) -> String {
    if value >= 999.5e3 { return significant(value / 1e6) + " M" }
    // Up to 9999 a number is read best as it is.
    if value >= 9999.5 { return significant(value / 1e3) + " k" }
    return significant(value)
  }

  /// `812 ns`, `6.21 µs`, `12.3 ms`, `1.02 s`.
  static func duration(_ nanoseconds: Double) -> String {
    if nanoseconds < 999.5 { return significant(nanoseconds) + " ns" }
    if nanoseconds < 999.5e3 { return significant(nanoseconds / 1e3) + " µs" }
    if nanoseconds < 999.5e6 { return significant(nanoseconds / 1e6) + " ms" }
    return significant(nanoseconds / 1e9) + " s"
  }

  private static func significant(_ value: Double) -> String {
    fixed(value, decimals: value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
  }

  /// With this many digits after the point, 0–6. For values from 0 to 10^12; others are shown as the nearest
  /// of these.
  static func fixed(_ value: Double, decimals: Int) -> String {
    var unit = 1
    for _ in 0..<decimals { unit *= 10 }
    let scaled = Int((max(0, min(value, 1e12)) * Double(unit)).rounded())
    if decimals == 0 { return "\(scaled)" }
    let fraction = String(scaled % unit)
    return "\(scaled / unit)." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }
}
