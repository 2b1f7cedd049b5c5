import ChatCore
import Delivery
import LineProtocol

extension IRCDialect {
  /// `WHO #channel` or `WHO nick`. There are no masks and no operators, so `WHO … o` finds nobody.
  static func who(_ line: IRCLine, _ books: Books) -> LineStep {
    let target = line.parameters[0]
    let isForOperators = line.parameters.count > 1 && line.parameters[1] == "o"
    if !isForOperators, let room = try? RoomName(channel: target) {
      return listMembers(of: room) { room, nicks, _ in
        books.lines { for nick in nicks { $0.who(nick, room.name.channel) } }
      } end: { _ in
        books.lines { $0.numeric(.rplEndOfWho, [target]) }
      }
    }
    if !isForOperators, let nick = try? Nick(target) {
      return find([nick]) { nicks in
        books.say {
          for nick in nicks { $0.who(nick, "*") }
          $0.numeric(.rplEndOfWho, [target])
        }
      }
    }
    return books.reply(.rplEndOfWho, [target])
  }

  /// `WHOIS [server] nick` (RFC 2812 §3.6.2): what `WHO` says, in WHOIS's words. The end comes in any case,
  /// as clients wait for it.
  static func whois(_ line: IRCLine, _ books: Books) -> LineStep {
    guard let target = line.parameters.last, !target.isEmpty else {
      return books.refuse(IRCRefusal(.errNoNicknameGiven))
    }
    let server = books.settings.irc.serverName
    if line.parameters.count > 1, line.parameters[0] != server, line.parameters[0] != target {
      return books.refuse(IRCRefusal(.errNoSuchServer, [line.parameters[0]]))
    }
    let nobody = LineStep.steps([
      books.refuse(IRCRefusal(.errNoSuchNick, [target])), books.reply(.rplEndOfWhois, [target]),
    ])
    guard let nick = try? Nick(target) else { return nobody }
    return find([nick]) { nicks in
      guard let nick = nicks.first?.text else { return nobody }
      return books.say {
        $0.numeric(.rplWhoisUser, [nick, nick, server, "*"], text: nick)
        $0.numeric(.rplWhoisServer, [nick, server], text: books.settings.networkName)
        $0.numeric(.rplEndOfWhois, [target])
      }
    }
  }

  /// `ISON nick nick…` (RFC 2812 §4.9)
  static func isOn(_ line: IRCLine, _ books: Books) -> LineStep {
    let words = line.parameters.flatMap { $0.split(separator: " ") }.map(String.init)
    return find(words.compactMap { try? Nick($0) }) { nicks in
      if nicks.isEmpty { return books.reply(.rplIsOn, text: "") }
      return books.say { $0.list(.rplIsOn, [], nicks.lazy.map(\.text)) }
    }
  }

  /// `USERHOST nick nick…` (RFC 2812 §4.8). `+`: nobody is away.
  static func userHost(_ line: IRCLine, _ books: Books) -> LineStep {
    find(line.parameters.compactMap { try? Nick($0) }) { nicks in
      let hosts = nicks.map { "\($0.text)=+\($0.text)@\(books.settings.irc.serverName)" }
      return books.reply(.rplUserHost, text: hosts.joined(separator: " "))
    }
  }

  /// Goes on with those of the nicks that somebody has.
  private static func find(_ nicks: [Nick], then: @escaping ([Nick]) -> LineStep) -> LineStep {
    .ask(.holders(nicks)) { answer in
      if case .holders(let nicks) = answer { then(nicks) } else { .done }
    }
  }
}

extension IRCReplies {
  /// User and real name are the nick, the host is the server: see ``IRCDialect/user(_:_:)``. `H`: nobody is
  /// away.
  fileprivate mutating func who(_ nick: Nick, _ channel: String) {
    let server = encoder.serverName
    numeric(.rplWhoReply, [channel, nick.text, server, server, nick.text, "H"], text: "0 \(nick.text)")
  }
}
