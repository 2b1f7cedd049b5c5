import ChatCore
import Delivery
import LineProtocol

extension IRCDialect {
  static func motd(_ line: IRCLine, _ books: Books) -> LineStep {
    refusalOfServer(line, books) ?? tellMotd(books)
  }

  static func tellMotd(_ books: Books) -> LineStep {
    books.reply(.errNoMotd, text: "There is no message of the day")
  }

  static func countUsers(_ books: Books) -> LineStep {
    .ask(.count) { answer in
      guard case .count(let sessions, let most, let rooms) = answer else { return .done }
      // Counted apart from the sessions, so it may be ahead of them.
      let invisible = min(books.loop.invisibleSessions, sessions)
      return books.say {
        $0.numeric(
          .rplLUserClient,
          text: "There are \(sessions - invisible) users and \(invisible) invisible on 1 servers")
        $0.numeric(.rplLUserChannels, ["\(rooms)"])
        $0.numeric(.rplLUserMe, text: "I have \(sessions) clients and 0 servers")
        let users = "users \(sessions), max \(most)"
        $0.numeric(.rplLocalUsers, ["\(sessions)", "\(most)"], text: "Current local \(users)")
        $0.numeric(.rplGlobalUsers, ["\(sessions)", "\(most)"], text: "Current global \(users)")
      }
    }
  }

  static func version(_ line: IRCLine, _ books: Books) -> LineStep {
    let settings = books.settings
    return refusalOfServer(line, books)
      ?? books.say {
        $0.numeric(.rplVersion, [settings.softwareVersion, settings.irc.serverName], text: "")
        $0.support(settings)
      }
  }

  static func time(_ line: IRCLine, _ books: Books) -> LineStep {
    if let refusal = refusalOfServer(line, books) { return refusal }
    let now = books.settings.now()
    let params = [books.settings.irc.serverName, "\(now.milliseconds / 1000)", "0"]
    return books.reply(.rplTime, params, text: now.description)
  }

  /// A command may name the server that it is for: there is only this one.
  private static func refusalOfServer(_ line: IRCLine, _ books: Books) -> LineStep? {
    guard let server = line.parameters.first, server != books.settings.irc.serverName else { return nil }
    return books.refuse(IRCRefusal(.errNoSuchServer, [server]))
  }
}
