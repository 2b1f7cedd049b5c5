import ChatCore
import LineProtocol

extension IRCDialect {
  /// `NAMES #a,#b`. A channel that is not there has no names, and that is all that is said of it.
  func names(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    let targets = Self.targets(line.parameters.first)
    if targets.isEmpty { return endNames("*", session) }
    let parts = targets.map { target -> Part in
      { irc, session in
        guard let room = try? RoomName(channel: target) else { return irc.endNames(target, session) }
        return irc.names(of: room, asked: target, session)
      }
    }
    return run(parts, session)
  }

  /// Who is in a room. `asked`: what a channel that is not there is called. `begin` comes before the names of one that is.
  func names(
    of room: RoomName, asked: String, _ session: LineSession,
    begin: @escaping (RoomDescription, IRCDialect, LineSession) -> Void = { _, _, _ in }
  ) -> IRCProgress {
    listMembers(of: room, session, begin: begin) { room, nicks, irc, session in
      // "=" is a public channel: there are no others.
      session.send {
        session.settings.irc.list(
          .rplNamReply, to: irc.name(session), params: ["=", room.name.channel],
          items: nicks.lazy.map(\.text), into: &$0)
      }
    } end: { room, irc, session in
      irc.endNames(room?.name.channel ?? asked, session)
    }
  }

  private func endNames(_ channel: String, _ session: LineSession) -> IRCProgress {
    reply(.rplEndOfNames, [channel], to: session)
    return .done
  }

  /// Shows who is in a room, page by page, as the socket takes them. `begin` comes before the first page, `end` is given nil for a
  /// room that is not there, or not any more.
  func listMembers(
    of room: RoomName, after last: Int64 = 0, _ session: LineSession,
    begin: @escaping (RoomDescription, IRCDialect, LineSession) -> Void = { _, _, _ in },
    show: @escaping (RoomDescription, [Nick], IRCDialect, LineSession) -> Void,
    end: @escaping (RoomDescription?, IRCDialect, LineSession) -> IRCProgress
  ) -> IRCProgress {
    ask(.members(room, after: last), session, isPaced: last > 0) { reply, irc, session in
      guard case .members(let description, let nicks, let next) = reply else { return end(nil, irc, session) }
      if last == 0 { begin(description, irc, session) }
      show(description, nicks, irc, session)
      if let next {
        return irc.whenDrained(session) {
          irc.listMembers(of: room, after: next, session, show: show, end: end)
        }
      }
      // In one piece with what it ends; but what comes after the list waits for the socket too.
      let progress = end(description, irc, session)
      return irc.whenDrained(session) { progress }
    }
  }

  /// The part of a line that asks for a room; `show` is given what there is to know of it.
  private static func describing(
    _ channel: String, show: @escaping (RoomDescription?, IRCDialect, LineSession) -> IRCProgress
  ) -> Part {
    { irc, session in
      guard let room = try? RoomName(channel: channel) else { return show(nil, irc, session) }
      return irc.ask(.room(room), session) { reply, irc, session in
        if case .room(let description) = reply { return show(description, irc, session) }
        return show(nil, irc, session)
      }
    }
  }

  /// `LIST [#a,#b]`
  func list(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    reply(.rplListStart, ["Channel"], to: session)
    let targets = Self.targets(line.parameters.first)
    if targets.isEmpty { return listRooms(after: nil, session) }
    let parts = targets.map { target in
      Self.describing(target) { description, irc, session in
        if let description { session.send { irc.appendListed(description, session, to: &$0) } }
        return .done
      }
    }
    return run(parts + [{ irc, session in irc.endList(session) }], session)
  }

  private func listRooms(after last: RoomName?, _ session: LineSession) -> IRCProgress {
    ask(.rooms(after: last), session, isPaced: last != nil) { reply, irc, session in
      guard case .rooms(let page) = reply else { return irc.endList(session) }
      session.send { for room in page.elements { irc.appendListed(room, session, to: &$0) } }
      if page.hasMore {
        return irc.whenDrained(session) { irc.listRooms(after: page.elements.last?.name, session) }
      }
      let progress = irc.endList(session)
      return irc.whenDrained(session) { progress }
    }
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
