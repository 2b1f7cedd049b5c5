/// Finds the lines in received bytes.
///
/// A line ends with LF or CRLF; a CR elsewhere belongs to the line. The bound holds before a terminator is
/// found: who sends no end of line is refused after `Limits.line` bytes, not buffered. A line that arrives in
/// pieces is searched again from its start, at a few nanoseconds per hundred bytes: less than the read that
/// brought the piece.
public enum LineScanner {
  /// What stands at an offset.
  public enum Outcome: Hashable, Sendable {
    /// A line's content, without its terminator, and where the next line begins.
    case line(Range<Int>, next: Int)
    /// No terminator yet.
    case needMore
    /// The line, with its terminator, is longer than the limit.
    case tooLong
  }

  /// Looks for a line that begins at `offset` and has at most `limit` bytes with its terminator.
  public static func next(in bytes: Span<UInt8>, from offset: Int, limit: Int = Limits.line) -> Outcome {
    guard 0...bytes.count ~= offset else { return .needMore }
    let available = bytes.count - offset
    let end = offset + min(available, limit)
    guard let newline = bytes.firstIndex(of: ASCII.lf, from: offset, to: end) else {
      return available >= limit ? .tooLong : .needMore
    }
    let hasReturn = newline > offset && bytes[newline - 1] == ASCII.cr
    return .line(offset..<(hasReturn ? newline - 1 : newline), next: newline + 1)
  }

  /// Where the next line begins after one that was too long; nil when its end has not come yet, and all bytes
  /// from `offset` on may be dropped.
  public static func resume(in bytes: Span<UInt8>, from offset: Int) -> Int? {
    guard 0...bytes.count ~= offset else { return nil }
    return bytes.firstIndex(of: ASCII.lf, from: offset, to: bytes.count).map { $0 + 1 }
  }
}
