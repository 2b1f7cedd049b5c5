import Delivery
import LineProtocol

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
