import LineProtocol

extension IRCCommand {
  /// All commands of the IRC dialect. Each row's checks are made in ``find(_:isRegistered:)``, and nowhere else.
  static let table: [IRCCommand] = [
    // Registration
    IRCCommand("CAP", minimum: 1, when: .always, .alone { $0.capability($1, $2) }),
    // There are no accounts, so any password will do.
    IRCCommand("PASS", minimum: 1, when: .registering, .alone { _, _, _ in .done }),
    IRCCommand("NICK", when: .always, .alone { $0.nick($1, $2) }),
    IRCCommand("USER", minimum: 4, when: .registering, .alone { $0.user($1, $2) }),
    IRCCommand("PING", when: .always, .alone { $0.ping($1, $2) }),
    IRCCommand("PONG", when: .always, .alone { _, _, _ in .done }),
    IRCCommand("QUIT", when: .always, .alone { $0.quit($1, $2) }),

    // Messages
    IRCCommand("PRIVMSG", .pipelined { $0.say(IRCUtterance($1, .message), $2) }),
    IRCCommand("NOTICE", .pipelined { $0.say(IRCUtterance($1, .notice), $2) }),
    // Tags of clients are not passed on (CLIENTTAGDENY=*), so nothing of it is left.
    IRCCommand("TAGMSG", minimum: 1, .alone { _, _, _ in .done }),

    // Channels
    IRCCommand("JOIN", minimum: 1, .alone { $0.join($1, $2) }),
    IRCCommand("PART", minimum: 1, .alone { $0.part($1, $2) }),
    IRCCommand("NAMES", .alone { $0.names($1, $2) }),
    IRCCommand("LIST", .alone { $0.list($1, $2) }),
    IRCCommand("TOPIC", minimum: 1, .alone { $0.topic($1, $2) }),
    IRCCommand("MODE", minimum: 1, .alone { $0.mode($1, $2) }),

    // People
    IRCCommand("WHO", minimum: 1, .alone { $0.who($1, $2) }),
    IRCCommand("WHOIS", .alone { $0.whois($1, $2) }),
    IRCCommand("ISON", minimum: 1, .alone { $0.isOn($1, $2) }),
    IRCCommand("USERHOST", minimum: 1, .alone { $0.userHost($1, $2) }),

    // The server
    IRCCommand("MOTD", .alone { $0.motd($1, $2) }),
    IRCCommand("LUSERS", .alone { $0.countUsers($2) }),
    IRCCommand("VERSION", .alone { $0.version($1, $2) }),
    IRCCommand("TIME", .alone { $0.time($1, $2) }),
  ]
}
