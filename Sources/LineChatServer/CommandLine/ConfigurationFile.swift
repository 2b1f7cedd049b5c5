/// Reads a configuration file: one `key = value` per line, where the keys are option names. A `#` at the
/// start of a line or after a blank begins a comment. Only a repeatable option's key may stand more than
/// once.
func configurationFileValues(
  _ bytes: [UInt8], path: String, options: [OptionDescription]
) throws(UsageError) -> [GivenValue] {
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw UsageError(message: "\(path): not UTF-8")
  }
  var values: [GivenValue] = []
  // CR LF is one Character.
  let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
  for (index, line) in lines.enumerated() {
    let content = trimmed(withoutComment(line))
    guard !content.isEmpty else { continue }
    let place = "\(path):\(index + 1)"
    let parts = content.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(trimmed)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw UsageError(message: "\(place): '\(content)': expected 'key = value'")
    }
    let key = parts[0]
    guard let option = options.first(where: { $0.name == key }) else {
      let advice = nearest(to: key, among: options.map(\.name)).map { "; did you mean '\($0)'?" } ?? ""
      throw UsageError(message: "\(place): unknown key '\(key)'\(advice)")
    }
    guard !parts[1].isEmpty else {
      throw UsageError(message: "\(place): \(key) needs a value: \(key) = \(option.placeholder)")
    }
    guard option.isRepeatable || !values.contains(where: { $0.name == key }) else {
      throw UsageError(message: "\(place): '\(key)' stands twice and takes one value")
    }
    values.append(GivenValue(name: key, value: parts[1], origin: "\(place): \(key)"))
  }
  return values
}

private func withoutComment(_ line: Substring) -> Substring {
  var previous: Character = " "
  for index in line.indices {
    if line[index] == "#", previous == " " || previous == "\t" { return line[..<index] }
    previous = line[index]
  }
  return line
}
