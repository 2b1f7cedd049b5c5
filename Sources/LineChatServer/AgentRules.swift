import ChatCore
import FoundationEssentials

/// Rules for the agent from a JSON file: `{"rules": [{"name", "words" | "prefix" | "contains", "named", "answer"}]}`.
enum AgentRules {
  /// The rules in `file`, or the standard ones when there is none. Throws a sentence that names file and rule.
  static func load(_ file: String?) throws -> [Rule] {
    guard let file else { return try RuleAgent.defaultRules() }
    switch readSmallFile(file) {
    case .failure(let problem): throw RulesFileError(file: file, reason: problem.reason)
    case .success(let bytes):
      do {
        return try parse(bytes)
      } catch let error as RuleError {
        throw RulesFileError(file: file, reason: error.description)
      } catch {
        throw RulesFileError(file: file, reason: "\(error)")
      }
    }
  }

  static func parse(_ bytes: [UInt8]) throws -> [Rule] {
    let file: RulesFile
    do {
      file = try JSONDecoder().decode(RulesFile.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw RulesFileError.Reason(error)
    }
    if file.rules.isEmpty {
      throw RulesFileError.Reason("there is no rule in it; --agent off ends the agent")
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

/// A rules file that cannot be used.
struct RulesFileError: Error, CustomStringConvertible {
  let file: String
  let reason: String
  var description: String { "agent rules \(file): \(reason)" }

  /// What a decoder says, in words.
  struct Reason: Error, CustomStringConvertible {
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
}
