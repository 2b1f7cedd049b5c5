import ChatCore
import LineProtocol

extension IRCDialect {
  /// `NAMES #a,#b`. A channel that is not there has no names, and that is all that is said of it.
  func names(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    let targets = Self.targets(line.parameters.first)
    if targets.isEmpty { reply(.rplEndOfNames, ["*"], to: session) }
    let parts = targets.map { target in
      Self.describing(target) { description, irc, session in
        guard let description else {
          irc.reply(.rplEndOfNames, [target], to: session)
          return .done
        }
        return irc.sendList(session) { irc.appendNames(description, session, to: &$0) }
      }
    }
    return run(parts, session)
  }

  /// The part of a line that asks for a room; `show` is given what there is to know of it.
  private static func describing(
    _ channel: String, show: @escaping (RoomDescription?, IRCDialect, LineSession) -> IRCProgress
  ) -> Part {
    { irc, session in
      guard let room = try? RoomName(channel: channel) else { return show(nil, irc, session) }
      return irc.ask(.describe(room), session) { reply, irc, session in
        if case .room(let description) = reply { return show(description, irc, session) }
        return show(nil, irc, session)
      }
    }
  }

  func appendNames(_ room: RoomDescription, _ session: LineSession, to out: inout [UInt8]) {
    // "=" is a public channel: there are no others.
    session.settings.irc.list(
      .rplNamReply, to: name(session), params: ["=", room.name.channel],
      items: room.members.sorted().lazy.map(\.text),
      into: &out)
    append(.rplEndOfNames, [room.name.channel], for: session, to: &out)
  }

  /// `LIST [#a,#b]`
  func list(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    reply(.rplListStart, ["Channel"], to: session)
    let targets = Self.targets(line.parameters.first)
    if targets.isEmpty {
      return ask(.listRooms, session) { reply, irc, session in
        guard case .rooms(let rooms) = reply else { return .done }
        return irc.sendList(session) {
          for room in rooms { irc.appendListed(room, session, to: &$0) }
          irc.append(.rplListEnd, [], for: session, to: &$0)
        }
      }
    }
    let parts = targets.map { target in
      Self.describing(target) { description, irc, session in
        if let description { session.send { irc.appendListed(description, session, to: &$0) } }
        return .done
      }
    }
    return run(parts + [{ irc, session in irc.endList(session) }], session)
  }

  private func endList(_ session: LineSession) -> IRCProgress {
    reply(.rplListEnd, to: session)
    return .done
  }

  private func appendListed(_ room: RoomDescription, _ session: LineSession, to out: inout [UInt8]) {
    let params = [room.name.channel, "\(room.memberCount)"]
    append(.rplList, params, text: room.topic?.text ?? "", for: session, to: &out)
  }
}
