/// Names an entry of the log (a message, a change of topic): its place in the one order over all rooms. Also
/// a cursor, which stands behind the entry of this id.
///
/// The log gives ids from 1 on, each once, rising. ``zero`` stands before the first entry. Whoever asks may
/// name any id up to `Int64.max`; what a file may have is narrower, and is checked where a file is opened.
public struct MessageID: Hashable, Comparable, Sendable {
  /// 0 before the first entry, and not negative but in a file that somebody has edited.
  public let number: Int64

  /// The id of this number. What comes from outside is to be checked by whoever reads it: texts by the
  /// initialisers that may give nil, others against the range that is theirs.
  public init(_ number: Int64) { self.number = number }

  /// Reads decimal digits without a sign, which are all of `digits`; nil if they are none or greater than
  /// `Int64.max`.
  public init?(_ digits: Span<UInt8>) {
    guard let number = digits.decimal(0..<digits.count) else { return nil }
    self.number = number
  }

  /// Reads decimal digits without a sign, which are all of `digits`; nil if they are none or greater than
  /// `Int64.max`.
  public init?(_ digits: String) { self.init(digits.utf8.span) }

  /// Before the first entry. As a cursor: from the beginning.
  public static var zero: MessageID { MessageID(0 as Int64) }
  /// No id is greater. As the end of a range: none.
  public static var max: MessageID { MessageID(Int64.max) }

  /// The id behind it. That of ``max`` is itself.
  public var next: MessageID { number < Int64.max ? MessageID(number + 1) : self }
  /// The id before it. That of ``zero`` is itself.
  public var previous: MessageID { number > 0 ? MessageID(number - 1) : .zero }

  /// How many ids `left` is behind `right`; negative if it stands before it.
  public static func - (left: MessageID, right: MessageID) -> Int64 {
    let (count, isBeyond) = left.number.subtractingReportingOverflow(right.number)
    return isBeyond ? (left.number < 0 ? .min : .max) : count
  }

  /// Whether `left` is the earlier.
  public static func < (left: MessageID, right: MessageID) -> Bool { left.number < right.number }
}

extension MessageID: Strideable {
  /// How many ids `other` is behind this one; negative if it stands before it.
  public func distance(to other: MessageID) -> Int64 { other - self }

  /// The id so many places further on, or back if `count` is negative; at most ``max``, at least ``zero``.
  public func advanced(by count: Int64) -> MessageID {
    let (sum, isBeyond) = number.addingReportingOverflow(count)
    if isBeyond { return count > 0 ? .max : .zero }
    return sum > 0 ? MessageID(sum) : .zero
  }
}

extension MessageID: CustomStringConvertible {
  /// The number in decimal.
  public var description: String { String(number) }
}

extension MessageID: ExpressibleByIntegerLiteral {
  public init(integerLiteral number: Int64) { self.number = number }
}

extension [UInt8] {
  /// Appends the number of `id` in decimal.
  @inline(__always)
  public mutating func append(id: MessageID) { append(decimal: id.number) }
}
