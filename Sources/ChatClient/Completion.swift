/// What Tab makes of the word before the cursor: one candidate after the other, and then again the word
/// itself.
struct Completion: Equatable, Sendable {
  private let choices: [String]
  private var next = 0

  /// `before` is what stands before the cursor, `names` who is in the room. A name that begins the line
  /// addresses somebody, so a colon follows; a word that begins it with a slash is a command. Nil when
  /// nothing begins like the word.
  init?(before: String, names: some Sequence<String>) {
    let start = before.lastIndex(of: " ").map { before.index(after: $0) } ?? before.startIndex
    let (lead, word) = (before[..<start], before[start...])
    guard !word.isEmpty else { return nil }
    let isCommand = lead.isEmpty && word.first == "/"
    let candidates = isCommand ? TypedLine.commands : Array(names)
    let end = lead.isEmpty && !isCommand ? ": " : " "
    let folded = word.lowercased()
    let found = candidates.filter { $0.lowercased().hasPrefix(folded) }.sorted()
    if found.isEmpty { return nil }
    // With one candidate there is nothing to choose.
    choices = found.map { lead + $0 + end } + (found.count > 1 ? [before] : [])
  }

  /// What is to stand before the cursor.
  mutating func advance() -> String {
    defer { next = (next + 1) % choices.count }
    return choices[next]
  }
}
