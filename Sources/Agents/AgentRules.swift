import FoundationEssentials

/// Rules for the agent in JSON: `{"rules": [{"name", "words" | "prefix" | "contains", "named", "answer"}]}`.
package enum AgentRules {
  /// Throws what is described in a sentence.
  package static func parse(_ bytes: [UInt8]) throws -> [Rule] {
    let file: RulesFile
    do {
      file = try JSONDecoder().decode(RulesFile.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw RulesProblem(error)
    }
    if file.rules.isEmpty {
      throw RulesProblem("there is no rule in it; --agent off ends the agent")
    }
    return try file.rules.enumerated().map { try $1.rule(number: $0 + 1) }
  }
}

private struct RulesFile: Decodable {
  let rules: [FileRule]
}

private struct FileRule: Decodable {
  let name: String?
  let words: [String]?
  let prefix: String?
  let contains: String?
  let named: Bool?
  let answer: String?

  func rule(number: Int) throws -> Rule {
    let name = self.name ?? "number \(number)"
    let conditions: [Rule.Condition] = [
      words.map { .words($0) }, prefix.map { .prefix($0) }, contains.map { .contains($0) },
    ].compactMap(\.self)
    guard conditions.count == 1 else {
      throw RuleError(rule: name, reason: "it needs exactly one of words, prefix and contains")
    }
    guard let answer else { throw RuleError(rule: name, reason: "it has no answer") }
    return try Rule(name: name, condition: conditions[0], isNamed: named ?? false, answer: answer)
  }
}

/// Why the JSON is no list of rules: what a decoder says, in words.
private struct RulesProblem: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  init(_ error: DecodingError) {
    switch error {
    case .typeMismatch(let type, let context):
      description = "\(Self.path(context)) is not \(Self.noun(for: type))"
    case .keyNotFound(let key, let context):
      description = "\(Self.path(context)) has no \"\(key.stringValue)\""
    case .valueNotFound(_, let context): description = "\(Self.path(context)) is null"
    case .dataCorrupted: description = "it is not JSON"
    @unknown default: description = "it cannot be read"
    }
  }

  private static func noun(for type: Any.Type) -> String {
    type == String.self ? "a string" : type == Bool.self ? "true or false" : "a list"
  }

  private static func path(_ context: DecodingError.Context) -> String {
    if context.codingPath.isEmpty { return "the file" }
    return context.codingPath.map { $0.intValue.map { "rule number \($0 + 1)" } ?? "\"\($0.stringValue)\"" }
      .joined(separator: ", ")
  }
}
