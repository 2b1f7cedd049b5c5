/// Where option values come from besides the command line.
struct OptionSources: Sendable {
  let environment: [String: String]
  /// The bytes of a file, or why it cannot be read.
  let readFile: @Sendable (String) -> Result<[UInt8], FileProblem>
}

/// Why a file cannot be read, in words.
struct FileProblem: Error, Equatable {
  let reason: String
}

/// The values that the environment gives the options; an empty variable counts as unset. A repeatable option's
/// variable holds its values separated by commas.
func environmentValues(_ environment: [String: String], _ options: [OptionDescription]) -> [GivenValue] {
  options.flatMap { option -> [GivenValue] in
    guard let text = environment[option.environmentName], !text.isEmpty else { return [] }
    let values = option.isRepeatable ? text.split(separator: ",").map(trimmed) : [text]
    return values.map { GivenValue(name: option.name, value: $0, origin: option.environmentName) }
  }
}

/// Without the blanks (space and tab) at both ends.
func trimmed(_ text: some StringProtocol) -> String {
  let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
  let start = text.drop(while: isBlank)
  guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
  return String(start[...last])
}
