import ChatCore
import Delivery
import LineProtocol

extension IRCDialect {
  /// `NAMES #a,#b`. A channel that is not there has no names, and that is all that is said of it.
  static func names(_ line: IRCLine, _ books: Books) -> LineStep {
    let targets = targets(line.parameters.first)
    if targets.isEmpty { return books.reply(.rplEndOfNames, ["*"]) }
    return .steps(
      targets.map { target in
        guard let room = try? RoomName(channel: target) else {
          return books.reply(.rplEndOfNames, [target])
        }
        return names(of: room, asked: target, books)
      })
  }

  /// Who is in a room. `asked`: what a channel that is not there is called. `begin`: what comes before the
  /// names of one that is.
  static func names(
    of room: RoomName, asked: String, _ books: Books,
    begin: @escaping (RoomDescription) -> [UInt8] = { _ in [] }
  ) -> LineStep {
    listMembers(of: room) { room, nicks, isFirst in
      // "=" is a public channel: there are no others.
      (isFirst ? begin(room) : [])
        + books.lines { $0.list(.rplNamReply, ["=", room.name.channel], nicks.lazy.map(\.text)) }
    } end: { room in
      books.lines { $0.numeric(.rplEndOfNames, [room?.name.channel ?? asked]) }
    }
  }

  /// Shows who is in a room, page by page, as the socket takes them. `end` is given nil for a room that is
  /// not there, or not any more.
  static func listMembers(
    of room: RoomName, after last: Int64 = 0,
    show: @escaping (RoomDescription, [Nick], _ isFirst: Bool) -> [UInt8],
    end: @escaping (RoomDescription?) -> [UInt8]
  ) -> LineStep {
    .ask(.members(room, after: last)) { answer in
      guard case .members(let description, let nicks, let next) = answer else { return .say(end(nil)) }
      let page = show(description, nicks, last == 0)
      if let next { return .page(page, next: listMembers(of: room, after: next, show: show, end: end)) }
      return .page(page + end(description), next: .done)
    }
  }

  /// `LIST [#a,#b]`
  static func list(_ line: IRCLine, _ books: Books) -> LineStep {
    let start = books.reply(.rplListStart, ["Channel"])
    let targets = targets(line.parameters.first)
    if targets.isEmpty { return .steps([start, listRooms(books)]) }
    return .steps([start] + targets.map { listRoom($0, books) } + [books.reply(.rplListEnd)])
  }

  private static func listRoom(_ channel: String, _ books: Books) -> LineStep {
    guard let room = try? RoomName(channel: channel) else { return .done }
    return .ask(.room(room)) { answer in
      guard case .room(let room) = answer else { return .done }
      return .page(books.lines { $0.listed(room) }, next: .done)
    }
  }

  private static func listRooms(after last: RoomName? = nil, _ books: Books) -> LineStep {
    .ask(.rooms(after: last)) { answer in
      guard case .rooms(let page) = answer else { return books.reply(.rplListEnd) }
      let lines = books.lines {
        for room in page.elements { $0.listed(room) }
        if !page.hasMore { $0.numeric(.rplListEnd) }
      }
      return .page(lines, next: page.hasMore ? listRooms(after: page.elements.last?.name, books) : .done)
    }
  }
}

extension IRCReplies {
  fileprivate mutating func listed(_ room: RoomDescription) {
    numeric(.rplList, [room.name.channel, "\(room.memberCount)"], text: room.topic?.text ?? "")
  }
}
