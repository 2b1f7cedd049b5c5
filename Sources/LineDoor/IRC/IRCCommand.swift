import LineProtocol

/// One row of the IRC dialect's command table.
struct IRCCommand: Sendable {
  /// When a client may say it.
  enum Phase {
    case always
    case registering
    case registered
  }

  enum Handler: Sendable {
    /// Called when nothing of the session is in flight: its replies come after those of all earlier lines.
    case alone(@Sendable (IRCDialect, IRCLine, LineSession) -> IRCProgress)
    /// Called also while messages are in flight. It looks itself whether that may be.
    case pipelined(@Sendable (IRCDialect, IRCLine, LineSession) -> LineOutcome)
  }

  let name: String
  /// The parameters that it needs.
  let minimum: Int
  let phase: Phase
  let handler: Handler

  init(_ name: String, minimum: Int = 0, when phase: Phase = .registered, _ handler: Handler) {
    self.name = name
    self.minimum = minimum
    self.phase = phase
    self.handler = handler
  }

  /// The row for a line; throws the reply to one that nothing may be done for.
  static func find(_ line: IRCLine, isRegistered: Bool) throws(IRCRefusal) -> IRCCommand {
    guard let command = byName[line.command] else {
      throw IRCRefusal(.errUnknownCommand, [line.command])
    }
    switch command.phase {
    case .registered where !isRegistered: throw IRCRefusal(.errNotRegistered)
    case .registering where isRegistered: throw IRCRefusal(.errAlreadyRegistered)
    default: break
    }
    if line.parameters.count < command.minimum { throw IRCRefusal(.errNeedMoreParams, [command.name]) }
    return command
  }

  /// Commands whose free texts nobody needs: with what is not UTF-8 replaced, they are obeyed all the same.
  static func isRepaired(_ command: String) -> Bool { ["USER", "PASS", "QUIT"].contains(command) }

  private static let byName = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0) })
}

/// Where the dealing with a line, or with one part of it, stands.
enum IRCProgress {
  case done
  /// An answer is awaited, or a list is being sent: the session is busy.
  case pending
}
