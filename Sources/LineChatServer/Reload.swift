import ChatCore
import Glibc
import Reactor
import Threads

/// What a running server can be told anew, at SIGHUP: its log level and the agent's rules. A mistake changes
/// nothing, and nothing ends.
///
/// The terminal that a server was started in sends SIGHUP too when it is closed; the server goes on.
final class Reload: Sendable {
  static let signals = [SIGHUP]

  private struct State {
    var isRunning = false
    /// The signal has come again meanwhile.
    var isWanted = false
  }

  private let started: ServerConfiguration
  private let reread: @Sendable () -> Invocation
  private let serverLog: ServerLog
  private let agent: ReloadableAgent
  private let state = Lock(State())

  /// `reread` reads the command line again, and with it the configuration file.
  init(
    _ started: ServerConfiguration, _ serverLog: ServerLog, _ agent: ReloadableAgent,
    reread: @escaping @Sendable () -> Invocation
  ) {
    self.started = started
    self.reread = reread
    self.serverLog = serverLog
    self.agent = agent
  }

  /// On loop 0.
  func listen(_ reactor: Reactor) throws {
    _ = try SignalSource(Self.signals, reactor: reactor) { [self] _ in
      let isFirst = state.withLock { state in
        defer { (state.isRunning, state.isWanted) = (true, state.isRunning) }
        return !state.isRunning
      }
      if isFirst { begin() }
    }
  }

  /// On a thread of its own: a file may be on a disk that does not answer.
  private func begin() {
    do {
      try Thread.detached { [self] in
        repeat { reload() } while isWantedAgain()
      }
    } catch {
      serverLog.warning("not reloaded: \(error)")
      state.withLock { $0 = State() }
    }
  }

  private func isWantedAgain() -> Bool {
    state.withLock { state in
      defer { (state.isRunning, state.isWanted) = (state.isWanted, false) }
      return state.isWanted
    }
  }

  private func reload() {
    do {
      let configuration = try configuration()
      let rules = try agent.reload(configuration.agentRulesFile)
      serverLog.level = configuration.logLevel
      let level = configuration.logLevel.rawValue
      let count = "\(rules) agent rule\(rules == 1 ? "" : "s")"
      // Whoever reloads looks for it, whatever the level.
      serverLog.always("reloaded: log level \(level), \(count)\(rest(configuration))")
    } catch {
      serverLog.warning("not reloaded, everything stays as it was: \(error)")
    }
  }

  private func configuration() throws -> ServerConfiguration {
    switch reread() {
    case .serve(let configuration): return configuration
    case .print(let text, _, _): throw Mistake(text)
    case .chat, .send, .tail, .bench, .repairTimes: throw Mistake("the command line is another one")
    }
  }

  /// What differs and cannot be changed now.
  private func rest(_ configuration: ServerConfiguration) -> String {
    let reloadable: Set = ["log-level", "agent-rules"]
    let names = ServerConfiguration.options.filter { $0.differs(started, configuration) }
      .map(\.description.name).filter { !reloadable.contains($0) }.sorted()
    if names.isEmpty { return "" }
    return "; \(names.joined(separator: ", ")) change\(names.count == 1 ? "s" : "") with the next start"
  }

  /// What is said of a wrong command line, without the program's name and the advice to read its help.
  private struct Mistake: Error, CustomStringConvertible {
    let description: String

    init(_ text: String) {
      let line = text.split(separator: "\n").first ?? ""
      let name = "linechat: "
      description = String(line.hasPrefix(name) ? line.dropFirst(name.count) : line)
    }
  }
}
