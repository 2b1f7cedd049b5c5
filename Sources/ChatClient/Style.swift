/// Colours, or none: then every text comes out as it is.
struct Style: Equatable, Sendable {
  let isColored: Bool

  /// By https://no-color.org, and not where the output is no terminal.
  init(isTerminal: Bool, environment: (String) -> String?) {
    let noColor = environment("NO_COLOR") ?? ""
    isColored = isTerminal && noColor.isEmpty && environment("TERM") != "dumb"
  }

  func dim(_ text: String) -> String { colored(text, "2") }

  func bold(_ text: String) -> String { colored(text, "1") }

  /// A name in a colour of its own, always the same one.
  func name(_ name: String) -> String {
    let sum = name.lowercased().utf8.reduce(UInt32(7)) { $0 &* 31 &+ UInt32($1) }
    return colored(name, "3\(1 + sum % 6)")
  }

  private func colored(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
