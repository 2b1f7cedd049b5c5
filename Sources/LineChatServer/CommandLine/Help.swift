/// The pages of `--help`, `help SUBCOMMAND` and `--version`, at most 80 columns wide.
enum Help {
  static let version = "linechat \(Version.number)\n"

  /// Fits one screen of 24 lines.
  static let overview: String = {
    let commands = Subcommand.all.map { ($0.name + $0.operands.map { " " + $0 }.joined(), $0.summary) }
    return """
      linechat \(Version.number): a chat room for nc, IRC clients, curl and WebSockets.

      usage: linechat SUBCOMMAND [OPTION VALUE]... (an option may follow the operands)

      \(columns(commands + [("help SUBCOMMAND", "what it does and its options"), ("--version", "the version")]))

      To begin, start a server and, in another terminal, talk:

        linechat serve
        linechat chat alice lobby

      The line door is 127.0.0.1:6667 (nc, IRC), the HTTP door 127.0.0.1:8000.

      """
  }()

  static func page(_ subcommand: Subcommand) -> String {
    """
    usage: linechat \(subcommand.synopsis)

    \(subcommand.notes)

    \(subcommand.options.map(entry).joined(separator: "\n"))

    """
  }

  private static func entry(_ option: OptionDescription) -> String {
    let mark = option.isRepeatable ? " +" : ""
    let fallback = option.defaultText.map { "default \($0), " } ?? ""
    let value = option.isFlag ? "" : " " + option.placeholder
    return "  --\(option.name)\(value)\(mark)\n      \(option.help)\n"
      + "      (\(fallback)environment \(option.environmentName))"
  }

  private static func columns(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { left, right in
      "  \(left)\(String(repeating: " ", count: width - left.count + 2))\(right)"
    }.joined(separator: "\n")
  }
}

/// The version of LineChat, in this one place.
enum Version {
  static let number = "0.1.0"
}
