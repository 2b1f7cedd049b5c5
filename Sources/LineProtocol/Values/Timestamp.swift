/// A moment in UTC with milliseconds, written `2026-11-23T05:00:00.123Z` (RFC 3339; IRC's server-time has the
/// same form). Held within the years 0000–9999, which the form can say, so it always has 24 bytes.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds; negative before.
  public let milliseconds: Int64

  /// The moment `milliseconds` after 1970-01-01T00:00:00Z; beyond the years 0000–9999 the nearest moment
  /// within.
  public init(milliseconds: Int64) {
    self.milliseconds = min(max(milliseconds, Self.first), Self.last)
  }

  /// 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z.
  private static let first: Int64 = -62_167_219_200_000
  private static let last: Int64 = 253_402_300_799_999
  private static let millisecondsPerDay: Int64 = 86_400_000

  /// Reads exactly the form that `description` writes; nil for any other, and for a date that no calendar
  /// has.
  public init?(_ string: String) {
    let bytes = string.utf8.span
    guard bytes.count == 24, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54, bytes[13] == ASCII.colon,
      bytes[16] == ASCII.colon, bytes[19] == 0x2E, bytes[23] == 0x5A,
      let year = bytes.decimal(0..<4), let month = bytes.decimal(5..<7), let day = bytes.decimal(8..<10),
      let hour = bytes.decimal(11..<13), let minute = bytes.decimal(14..<16),
      let second = bytes.decimal(17..<19),
      let fraction = bytes.decimal(20..<23),
      hour < 24, minute < 60, second < 60,
      let days = CivilDate(year: year, month: month, day: day).daysSince1970
    else { return nil }
    self.init(
      milliseconds: days * Self.millisecondsPerDay
        + ((hour * 60 + minute) * 60 + second) * 1000 + fraction)
  }

  /// Appends the 24 bytes of `description`.
  public func append(to out: inout [UInt8]) {
    // Floored, so that moments before 1970 count up within their day too.
    var time = milliseconds % Self.millisecondsPerDay
    if time < 0 { time += Self.millisecondsPerDay }
    let date = CivilDate(daysSince1970: (milliseconds - time) / Self.millisecondsPerDay)
    var form: InlineArray<24, UInt8> = [
      0x30, 0x30, 0x30, 0x30, 0x2D, 0x30, 0x30, 0x2D, 0x30, 0x30, 0x54,  // 0000-00-00T
      0x30, 0x30, 0x3A, 0x30, 0x30, 0x3A, 0x30, 0x30, 0x2E, 0x30, 0x30, 0x30, 0x5A,  // 00:00:00.000Z
    ]
    func fill(_ places: ClosedRange<Int>, _ number: Int64) {
      var rest = number
      for place in places.reversed() {
        form[place] &+= UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
    }
    fill(0...3, date.year)
    fill(5...6, date.month)
    fill(8...9, date.day)
    fill(11...12, time / 3_600_000)
    fill(14...15, time / 60_000 % 60)
    fill(17...18, time / 1000 % 60)
    fill(20...22, time % 1000)
    form.span.withUnsafeBufferPointer { out.append(contentsOf: $0) }
  }

  /// The moment as `2026-11-23T05:00:00.123Z`.
  public var description: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(24)
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether `left` is the earlier.
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}
