/// The lines that were typed, and which of them is shown.
struct InputHistory: Equatable, Sendable {
  /// How many lines are remembered.
  static let bound = 500

  private var lines: [String] = []
  /// The line that is shown; `lines.count` while it is none of them.
  private var position = 0
  /// What was being typed when an older line was first asked for.
  private var unfinished = ""

  /// A line was entered. The same line twice in a row is remembered once.
  mutating func append(_ line: String) {
    if !line.isEmpty, line != lines.last { lines.append(line) }
    if lines.count > InputHistory.bound { lines.removeFirst() }
    position = lines.count
    unfinished = ""
  }

  /// The line before the one that is shown; nil when there is none. `current`: what is shown now.
  mutating func older(than current: String) -> String? {
    guard position > 0 else { return nil }
    if position == lines.count { unfinished = current }
    position -= 1
    return lines[position]
  }

  /// The line after the one that is shown, at last the one that was being typed; nil when there is none.
  mutating func newer() -> String? {
    guard position < lines.count else { return nil }
    position += 1
    return position < lines.count ? lines[position] : unfinished
  }
}
