/// The words after a subcommand, sorted into options and operands. Values are still text.
struct ParsedArguments: Equatable, Sendable {
  /// In the order given.
  private(set) var options: [GivenValue] = []
  private(set) var operands: [String] = []
  private(set) var wantsHelp = false
  private(set) var wantsVersion = false

  /// Takes `--name value` and `--name=value` anywhere; after `--` everything is an operand.
  init(_ arguments: some Sequence<String>, options known: [OptionDescription]) throws(UsageError) {
    var words = arguments.makeIterator()
    while let word = words.next() {
      switch word {
      case "--":
        while let operand = words.next() { operands.append(operand) }
      case "--help", "-h": wantsHelp = true
      case "--version": wantsVersion = true
      case _ where word.hasPrefix("-") && word != "-":
        try takeOption(word, next: { words.next() }, known)
      default:
        operands.append(word)
      }
    }
  }

  private mutating func takeOption(
    _ word: String, next: () -> String?, _ known: [OptionDescription]
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let flag = String(parts[0])
    guard flag.hasPrefix("--"), let option = known.first(where: { $0.name == flag.dropFirst(2) }) else {
      throw ParsedArguments.unknown(flag, known)
    }
    if parts.count == 2 {
      options.append(GivenValue(name: option.name, value: String(parts[1]), origin: flag))
      return
    }
    if option.isFlag {
      options.append(GivenValue(name: option.name, value: "on", origin: flag))
      return
    }
    // A value that looks like an option is more often a forgotten value.
    guard let value = next(), !value.hasPrefix("--") else {
      throw UsageError(message: "\(flag) needs a value: \(flag) \(option.placeholder)")
    }
    options.append(GivenValue(name: option.name, value: value, origin: flag))
  }

  private static func unknown(_ flag: String, _ known: [OptionDescription]) -> UsageError {
    let names = known.map { "--" + $0.name } + ["--help", "--version"]
    let advice =
      nearest(to: flag, among: names).map { "did you mean '\($0)'?" }
      ?? "words that begin with a dash stand after '--'"
    return UsageError(message: "unknown option '\(flag)'; \(advice)")
  }
}
