import Delivery
import LineProtocol

/// One row of the IRC dialect's command table. All that it asks for is checked in ``find(_:_:)``, and nowhere
/// else.
struct IRCCommand: Sendable {
  /// When a client may say it.
  enum Phase {
    case always
    case registering
    case registered
  }

  /// Who may say it.
  enum Permission {
    case anybody
  }

  /// What it takes of the rate limit.
  enum Cost {
    /// A unit for the line.
    case line
    /// So many units for each target that the first parameter names.
    case targets(Int)
  }

  /// What a client that said it waits for.
  enum Replies {
    /// Nothing, but for a refusal. (A message's echo comes at its place.)
    case none
    /// One line.
    case one
    /// Several lines, or one for each target.
    case many
  }

  /// A pure function.
  typealias Handler = @Sendable (IRCLine, Books) -> LineStep

  let name: String
  /// How many it needs, and how many it takes: what is more does not come to the handler.
  let parameters: ClosedRange<Int>
  let phase: Phase
  let permission: Permission
  let cost: Cost
  let replies: Replies
  let handler: Handler

  init(
    _ name: String, _ parameters: ClosedRange<Int>, when phase: Phase = .registered,
    by permission: Permission = .anybody, cost: Cost = .line, replies: Replies, _ handler: @escaping Handler
  ) {
    self.name = name
    self.parameters = parameters
    self.phase = phase
    self.permission = permission
    self.cost = cost
    self.replies = replies
    self.handler = handler
  }

  /// The row for a line, whose parameters are those that it takes; throws the reply to one that nothing may
  /// be done for.
  static func find(_ line: inout IRCLine, _ books: Books) throws(IRCRefusal) -> IRCCommand {
    guard let command = byName[line.command] else {
      throw IRCRefusal(.errUnknownCommand, [line.command])
    }
    try command.phase.check(books.registration)
    switch command.permission {
    case .anybody: break
    }
    let count = line.parameters.count
    if count < command.parameters.lowerBound { throw IRCRefusal(.errNeedMoreParams, [command.name]) }
    if count > command.parameters.upperBound {
      line.parameters.removeSubrange(command.parameters.upperBound...)
    }
    return command
  }

  /// Commands whose free texts nobody needs: with what is not UTF-8 replaced, they are obeyed all the same.
  static func isRepaired(_ command: String) -> Bool { ["USER", "PASS", "QUIT"].contains(command) }

  private static let byName = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0) })
}

extension IRCCommand.Phase {
  fileprivate func check(_ registration: Registration) throws(IRCRefusal) {
    switch (self, registration) {
    case (.always, _), (.registered, .registered): break
    case (.registering, .plain), (.registering, .negotiating), (.registering, .registering): break
    case (.registering, .registered): throw IRCRefusal(.errAlreadyRegistered)
    case (.registered, .plain), (.registered, .negotiating), (.registered, .registering):
      throw IRCRefusal(.errNotRegistered)
    }
  }
}

extension IRCCommand.Cost {
  func units(of line: IRCLine) -> Int {
    switch self {
    case .line: 1
    case .targets(let units): max(1, IRCDialect.targetCount(line.parameters.first) * units)
    }
  }
}

extension IRCCommand {
  /// As many parameters as a line has at most.
  private static let most = Limits.ircParameters

  /// All commands of the IRC dialect.
  static let table: [IRCCommand] = [
    // Registration
    IRCCommand("CAP", 1...2, when: .always, replies: .one, IRCDialect.capability),
    // There are no accounts, so any password will do.
    IRCCommand("PASS", 1...1, when: .registering, replies: .none) { _, _ in .done },
    IRCCommand("NICK", 0...1, when: .always, replies: .one, IRCDialect.nick),
    IRCCommand("USER", 4...4, when: .registering, replies: .many, IRCDialect.user),
    IRCCommand("PING", 0...1, when: .always, replies: .one, IRCDialect.ping),
    IRCCommand("PONG", 0...most, when: .always, replies: .none) { _, _ in .done },
    IRCCommand("QUIT", 0...1, when: .always, replies: .one, IRCDialect.quit),

    // Messages
    IRCCommand("PRIVMSG", 0...2, cost: .targets(1), replies: .none) { IRCDialect.say($0, .message, $1) },
    IRCCommand("NOTICE", 0...2, cost: .targets(1), replies: .none) { IRCDialect.say($0, .notice, $1) },
    // Tags of clients are not passed on (CLIENTTAGDENY=*), so nothing of it is left.
    IRCCommand("TAGMSG", 1...1, replies: .none) { _, _ in .done },

    // Channels. JOIN enters, and lists the names.
    IRCCommand("JOIN", 1...1, cost: .targets(2), replies: .many, IRCDialect.join),
    IRCCommand("PART", 1...2, cost: .targets(1), replies: .many, IRCDialect.part),
    IRCCommand("NAMES", 0...1, cost: .targets(1), replies: .many, IRCDialect.names),
    IRCCommand("LIST", 0...1, cost: .targets(1), replies: .many, IRCDialect.list),
    IRCCommand("TOPIC", 1...2, replies: .many, IRCDialect.topic),
    IRCCommand("MODE", 1...most, replies: .one, IRCDialect.mode),

    // People
    IRCCommand("WHO", 1...2, replies: .many, IRCDialect.who),
    IRCCommand("WHOIS", 0...most, replies: .many, IRCDialect.whois),
    IRCCommand("ISON", 1...most, replies: .one, IRCDialect.isOn),
    IRCCommand("USERHOST", 1...IRCSupport.userHostNicks, replies: .one, IRCDialect.userHost),

    // The server
    IRCCommand("MOTD", 0...1, replies: .one, IRCDialect.motd),
    IRCCommand("LUSERS", 0...most, replies: .many) { IRCDialect.countUsers($1) },
    IRCCommand("VERSION", 0...1, replies: .many, IRCDialect.version),
    IRCCommand("TIME", 0...1, replies: .one, IRCDialect.time),
  ]
}
