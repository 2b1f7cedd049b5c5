import Agents

extension AgentRules {
  /// The rules in `file`, or the standard ones when there is none. Throws a sentence that names file and rule.
  static func load(_ file: String?) throws -> [Rule] {
    guard let file else { return try RuleAgent.defaultRules() }
    switch readSmallFile(file) {
    case .failure(let problem): throw RulesFileError(file: file, reason: problem.reason)
    case .success(let bytes):
      do {
        return try parse(bytes)
      } catch {
        throw RulesFileError(file: file, reason: "\(error)")
      }
    }
  }
}

/// A rules file that cannot be used.
struct RulesFileError: Error, CustomStringConvertible {
  let file: String
  let reason: String
  var description: String { "agent rules \(file): \(reason)" }
}
