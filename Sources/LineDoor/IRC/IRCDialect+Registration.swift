import ChatCore
import Delivery
import LineProtocol

extension IRCDialect {
  static func nick(_ line: IRCLine, _ books: Books) -> LineStep {
    guard let text = line.parameters.first, !text.isEmpty else {
      return books.refuse(IRCRefusal(.errNoNicknameGiven))
    }
    let nick: Nick
    do throws(NameError) {
      nick = try Nick(text)
    } catch {
      return books.refuse(IRCRefusal(.errErroneusNickname, [text], error.reason))
    }
    // Exactly the same nick changes nothing; another spelling of it is seen.
    if nick.text == books.nick?.text { return .done }
    return .request(.claim(nick)) { event in
      if case .refused(let refusal) = event.kind {
        let reason = refusal.error.code == .nickInUse ? nil : refusal.error.reason
        return books.refuse(IRCRefusal(.errNicknameInUse, [nick.text], reason))
      }
      if books.registration == .registered { return books.tell(event) }
      return goOn(books.registration, books)
    }
  }

  /// The user name and the real name are taken, and not used: who speaks is told by the nick alone.
  static func user(_ line: IRCLine, _ books: Books) -> LineStep {
    switch books.registration {
    case .negotiating: goOn(.negotiating(hasUser: true), books)
    case .plain, .registering, .registered: goOn(.registering(hasUser: true), books)
    }
  }

  /// Goes on with the registration, and welcomes the client when it has said all that it must.
  static func goOn(_ registration: Registration, _ books: Books) -> LineStep {
    guard registration == .registering(hasUser: true), let nick = books.nick else {
      return .own(.register(registration))
    }
    return .steps(
      [.own(.register(.registered)), welcome(nick, books), countUsers(books), tellMotd(books)]
        // A session that was plain before may be in rooms already.
        + books.rooms.map { entered($0.name, books) })
  }

  private static func welcome(_ nick: Nick, _ books: Books) -> LineStep {
    let settings = books.settings
    let server = settings.irc.serverName
    return books.say {
      $0.numeric(
        .rplWelcome, text: "Welcome to \(settings.networkName), \(settings.irc.source(nick.text))")
      $0.numeric(.rplYourHost, text: "Your host is \(server), running \(settings.softwareVersion)")
      $0.numeric(.rplCreated, text: "This server was started at \(settings.started)")
      // Channels have no modes: the last parameter is empty.
      $0.numeric(.rplMyInfo, [server, settings.softwareVersion, IRCUserModes.letters], text: "")
      $0.support(settings)
    }
  }

  /// A PONG, like every reply, comes after the outcomes of all earlier messages. So for a client without
  /// `echo-message`, PING is how to know that what it said is on disk.
  static func ping(_ line: IRCLine, _ books: Books) -> LineStep {
    guard let token = line.parameters.first, !token.isEmpty else {
      return books.refuse(IRCRefusal(.errNoOrigin))
    }
    return books.say { $0.line("PONG", [books.settings.irc.serverName], text: token) }
  }

  static func quit(_ line: IRCLine, _ books: Books) -> LineStep {
    let reason = reason(line.parameters.first).map { "Quit: \($0)" } ?? "Quit"
    return .steps([books.say { $0.closingLink(reason) }, .close(reason: reason)])
  }

  /// The reason of a PART or QUIT, on one line. One that no text may have is left out: it would come to other
  /// people's terminals.
  static func reason(_ parameter: String?) -> String? {
    parameter.flatMap { try? MessageText($0) }?.string.split(separator: "\n").joined(separator: " ")
  }
}

extension IRCReplies {
  mutating func support(_ settings: LineSettings) {
    let tokens = IRCSupport.tokens(
      networkName: settings.networkName, roomsPerSession: settings.roomsPerSession)
    let name = name
    append { irc, out in irc.isupport(tokens, to: name, into: &out) }
  }
}
