import ChatCore
import LineProtocol

extension IRCDialect {
  /// `WHO #channel` or `WHO nick`. There are no masks and no operators, so `WHO … o` finds nobody.
  func who(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    let target = line.parameters[0]
    let isForOperators = line.parameters.count > 1 && line.parameters[1] == "o"
    if !isForOperators, let room = try? RoomName(channel: target) {
      return listMembers(of: room, session) { room, nicks, irc, session in
        session.send { for nick in nicks { irc.appendWho(nick, room.name.channel, session, to: &$0) } }
      } end: { _, irc, session in
        irc.endWho(target, session)
      }
    }
    if !isForOperators, let nick = try? Nick(target) {
      return ask(.holders([nick]), session) { reply, irc, session in
        if case .holders(let nicks) = reply {
          session.send { for nick in nicks { irc.appendWho(nick, "*", session, to: &$0) } }
        }
        return irc.endWho(target, session)
      }
    }
    return endWho(target, session)
  }

  private func endWho(_ target: String, _ session: LineSession) -> IRCProgress {
    reply(.rplEndOfWho, [target], to: session)
    return .done
  }

  /// User and real name are the nick, the host is the server: see ``user(_:_:)``. `H`: nobody is away.
  private func appendWho(_ nick: Nick, _ channel: String, _ session: LineSession, to out: inout [UInt8]) {
    let server = session.settings.irc.serverName
    append(
      .rplWhoReply, [channel, nick.text, server, server, nick.text, "H"], text: "0 \(nick.text)",
      for: session,
      to: &out)
  }

  /// `WHOIS [server] nick` (RFC 2812 §3.6.2): what ``appendWho(_:_:_:to:)`` says, in WHOIS's words. The end comes in any case, as
  /// clients wait for it.
  func whois(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    guard let target = line.parameters.last, !target.isEmpty else {
      refuse(IRCRefusal(.errNoNicknameGiven), session)
      return .done
    }
    let server = session.settings.irc.serverName
    if line.parameters.count > 1, line.parameters[0] != server, line.parameters[0] != target {
      refuse(IRCRefusal(.errNoSuchServer, [line.parameters[0]]), session)
      return .done
    }
    guard let nick = try? Nick(target) else { return endWhois(target, isThere: false, session) }
    return ask(.holders([nick]), session) { reply, irc, session in
      guard case .holders(let nicks) = reply, let nick = nicks.first?.text else {
        return irc.endWhois(target, isThere: false, session)
      }
      irc.reply(.rplWhoisUser, [nick, nick, server, "*"], text: nick, to: session)
      irc.reply(.rplWhoisServer, [nick, server], text: session.settings.networkName, to: session)
      return irc.endWhois(target, isThere: true, session)
    }
  }

  private func endWhois(_ target: String, isThere: Bool, _ session: LineSession) -> IRCProgress {
    if !isThere { refuse(IRCRefusal(.errNoSuchNick, [target]), session) }
    reply(.rplEndOfWhois, [target], to: session)
    return .done
  }

  /// `ISON nick nick…` (RFC 2812 §4.9)
  func isOn(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    let words = line.parameters.flatMap { $0.split(separator: " ") }
    return find(words.map(String.init), session) { nicks, irc, session in
      if nicks.isEmpty { return irc.reply(.rplIsOn, text: "", to: session) }
      session.send {
        session.settings.irc.list(
          .rplIsOn, to: irc.name(session), items: nicks.lazy.map(\.text), into: &$0)
      }
    }
  }

  /// `USERHOST nick nick…` (RFC 2812 §4.8). `+`: nobody is away.
  func userHost(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    find(Array(line.parameters.prefix(IRCSupport.userHostNicks)), session) { nicks, irc, session in
      let hosts = nicks.map { "\($0.text)=+\($0.text)@\(session.settings.irc.serverName)" }
      irc.reply(.rplUserHost, text: hosts.joined(separator: " "), to: session)
    }
  }

  /// Shows which of the words are nicks that somebody has.
  private func find(
    _ words: [String], _ session: LineSession,
    show: @escaping ([Nick], IRCDialect, LineSession) -> Void
  ) -> IRCProgress {
    ask(.holders(words.compactMap { try? Nick($0) }), session) { reply, irc, session in
      if case .holders(let nicks) = reply { show(nicks, irc, session) }
      return .done
    }
  }
}
