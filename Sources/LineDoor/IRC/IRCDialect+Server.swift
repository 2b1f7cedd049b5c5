import ChatCore
import Delivery
import LineProtocol
import Synchronization

extension IRCDialect {
  func motd(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    isThisServer(line, session) ? tellMotd(session) : .done
  }

  func tellMotd(_ session: LineSession) -> IRCProgress {
    reply(.errNoMotd, text: "There is no message of the day", to: session)
    return .done
  }

  func countUsers(_ session: LineSession) -> IRCProgress {
    ask(.count, session) { reply, irc, session in
      guard case .count(let sessions, let most, let rooms) = reply else { return .done }
      // Counted apart from the sessions, so it may be ahead of them.
      let invisible = min(session.shard.metrics.invisibleSessions.load(ordering: .relaxed), sessions)
      irc.reply(
        .rplLUserClient,
        text: "There are \(sessions - invisible) users and \(invisible) invisible on 1 servers", to: session)
      irc.reply(.rplLUserChannels, ["\(rooms)"], to: session)
      irc.reply(.rplLUserMe, text: "I have \(sessions) clients and 0 servers", to: session)
      let users = "users \(sessions), max \(most)"
      irc.reply(.rplLocalUsers, ["\(sessions)", "\(most)"], text: "Current local \(users)", to: session)
      irc.reply(.rplGlobalUsers, ["\(sessions)", "\(most)"], text: "Current global \(users)", to: session)
      return .done
    }
  }

  func version(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    guard isThisServer(line, session) else { return .done }
    let settings = session.settings
    reply(.rplVersion, [settings.softwareVersion, settings.irc.serverName], text: "", to: session)
    tellSupport(session)
    return .done
  }

  func time(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    guard isThisServer(line, session) else { return .done }
    let now = session.settings.now()
    let params = [session.settings.irc.serverName, "\(now.milliseconds / 1000)", "0"]
    reply(.rplTime, params, text: now.description, to: session)
    return .done
  }

  /// A command may name the server that it is for: there is only this one.
  private func isThisServer(_ line: IRCLine, _ session: LineSession) -> Bool {
    guard let server = line.parameters.first, server != session.settings.irc.serverName else { return true }
    refuse(IRCRefusal(.errNoSuchServer, [server]), session)
    return false
  }
}
