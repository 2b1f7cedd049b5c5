import Agents
import ChatCore
import LineProtocol
import Threads

/// The agent with the rules of the moment.
final class ReloadableAgent: Agent {
  private struct State: Sendable {
    var agent: RuleAgent
    var answersInARow: Bool
  }

  private let name: Nick
  private let state: Lock<State>

  /// Takes the rules that the configuration names. Throws a sentence that says what is wrong with them.
  init(_ configuration: ServerConfiguration) throws {
    name = configuration.agentName
    state = Lock(try Self.load(configuration.agentRulesFile, name).state)
  }

  /// What is asked from now on is answered by the rules in `file`, or by the built-in ones. Gives their
  /// number.
  func reload(_ file: String?) throws -> Int {
    let (new, count) = try Self.load(file, name)
    state.withLock { $0 = new }
    return count
  }

  /// Whoever writes rules wants them kept; the built-in ones are there to greet.
  var answersInARow: Bool { state.withLock(\.answersInARow) }

  func answer(to message: Message) async -> String? {
    await state.withLock(\.agent).answer(to: message)
  }

  private static func load(_ file: String?, _ name: Nick) throws -> (state: State, count: Int) {
    let rules = try AgentRules.load(file)
    let agent = RuleAgent(rules: rules, name: name) { WallClock.timeOfDay }
    return (State(agent: agent, answersInARow: file != nil), rules.count)
  }
}

extension AgentRules {
  /// The rules in `file`, or the standard ones when there is none. Throws a sentence that names file and
  /// rule.
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
