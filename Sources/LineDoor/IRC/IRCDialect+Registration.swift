import ChatCore
import LineProtocol

extension IRCDialect {
  func nick(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    guard let text = line.parameters.first, !text.isEmpty else {
      refuse(IRCRefusal(.errNoNicknameGiven), session)
      return .done
    }
    let nick: Nick
    do throws(NameError) {
      nick = try Nick(text)
    } catch {
      refuse(IRCRefusal(.errErroneusNickname, [text], error.reason), session)
      return .done
    }
    // Exactly the same nick changes nothing; another spelling of it is seen.
    if nick.text == session.nick?.text { return .done }
    return request(.claim(nick), session) { error, irc, session in
      let reason = error.code == .nickInUse ? nil : error.reason
      irc.refuse(IRCRefusal(.errNicknameInUse, [nick.text], reason), session)
    }
  }

  /// The user name and the real name are taken, and not used: who speaks is told by the nick alone.
  func user(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    hasUser = true
    return registerIfReady(session)
  }

  /// Welcomes the client when it has said all that it must.
  func registerIfReady(_ session: LineSession) -> IRCProgress {
    guard !isRegistered, hasUser, !isNegotiating, let nick = session.nick else { return .done }
    isRegistered = true
    welcome(nick, session)
    let parts: [Part] = [
      { irc, session in irc.countUsers(session) }, { irc, session in irc.tellMotd(session) },
    ]
    // A session that was plain before may be in rooms already.
    return run(parts + session.rooms.map { room in { $0.entered(room.name, $1) } }, session)
  }

  private func welcome(_ nick: Nick, _ session: LineSession) {
    let settings = session.settings
    let server = settings.irc.serverName
    reply(
      .rplWelcome, text: "Welcome to \(settings.networkName), \(settings.irc.source(nick.text))", to: session)
    reply(.rplYourHost, text: "Your host is \(server), running \(settings.softwareVersion)", to: session)
    reply(.rplCreated, text: "This server was started at \(settings.started)", to: session)
    // Channels have no modes: the last parameter is empty.
    reply(.rplMyInfo, [server, settings.softwareVersion, IRCUserModes.letters], text: "", to: session)
    tellSupport(session)
  }

  func tellSupport(_ session: LineSession) {
    let settings = session.settings
    let tokens = IRCSupport.tokens(
      networkName: settings.networkName, roomsPerSession: settings.roomsPerSession)
    session.send { settings.irc.isupport(tokens, to: name(session), into: &$0) }
  }

  /// A PONG, like every reply, comes after the outcomes of all earlier messages. So for a client without `echo-message`, PING is
  /// how to know that what it said is on disk.
  func ping(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    guard let token = line.parameters.first, !token.isEmpty else {
      refuse(IRCRefusal(.errNoOrigin), session)
      return .done
    }
    let irc = session.settings.irc
    session.send {
      irc.line(
        source: irc.serverName, command: "PONG", params: [irc.serverName], trailing: token, into: &$0)
    }
    return .done
  }

  func quit(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    let reason = Self.reason(line.parameters.first).map { "Quit: \($0)" } ?? "Quit"
    session.send { appendClosingLink(reason, session, to: &$0) }
    session.finish(reason: reason)
    return .done
  }

  func appendClosingLink(_ reason: String, _ session: LineSession, to out: inout [UInt8]) {
    session.settings.irc.line(
      command: "ERROR", trailing: "Closing Link: \(name(session)) (\(reason))", into: &out)
  }

  /// The reason of a PART or QUIT, on one line. One that no text may have is left out: it would come to other people's terminals.
  static func reason(_ parameter: String?) -> String? {
    parameter.flatMap { try? MessageText($0) }?.string.split(separator: "\n").joined(separator: " ")
  }
}
