import LineProtocol

/// Names, rooms and who is in them, as they were published: what lists are read from, page by page.
///
/// It is a value of its own, fed by events, and no part of ``ChatState``: so it never shows what is not
/// committed, answers while a commit stalls, and holds no session.
package struct Directory: Sendable {
  /// A name's place among those that are in a room. A rename keeps it: whoever reads a list meanwhile is
  /// shown the old name or the new one.
  private struct Member: Comparable, Sendable {
    let seat: Int64
    let nick: Nick

    static func == (left: Member, right: Member) -> Bool { left.seat == right.seat }
    static func < (left: Member, right: Member) -> Bool { left.seat < right.seat }
  }

  private struct Room: Sendable {
    let id: RoomID
    let name: RoomName
    var topic: Topic?
    /// In the order of their coming.
    var members = SortedList<Member>()
  }

  /// Names on one page of a list. So many rooms in the longest format, with topics, are less than the
  /// smallest bound of an output (64 KiB): a list never overflows it, however long it is.
  package static let pageNames = 64

  private var rooms: [RoomName: Room] = [:]
  private var names: SortedList<RoomName>
  /// Nicks of line sessions, as their holders write them.
  private var nicks: Set<Nick> = []
  private var sessions = 0
  private var mostSessions = 0

  package init(rooms stored: [StoredRoom] = []) {
    names = SortedList(stored.map(\.name))
    for room in stored { rooms[room.name] = Room(id: room.id, name: room.name, topic: room.topic) }
  }

  // MARK: Events

  package mutating func apply(_ batch: Batch) {
    for event in batch.events { apply(event) }
  }

  private mutating func apply(_ event: Event) {
    switch event.kind {
    case .message, .repeated, .refused, .wanted: break
    case .topic(let change): rooms[change.name]?.topic = change.topic
    case .named(let nick, let isClaimed):
      sessions += 1
      mostSessions = max(mostSessions, sessions)
      if isClaimed { nicks.insert(nick) }
    case .opened(let id, let name):
      rooms[name] = Room(id: id, name: name)
      names.insert(name)
    case .closed(_, let name):
      rooms[name] = nil
      names.remove(name)
    case .joined(let joining):
      if joining.isFirst { seat(joining.nick, joining.seat, in: joining.name) }
    case .parted(let parting):
      if parting.isLast { unseat(parting.nick, parting.seat, in: parting.name) }
    case .renamed(let renaming): apply(renaming)
    case .quit(let quitting):
      sessions -= 1
      precondition(sessions >= 0, "a session has a name before it ends")
      if quitting.isClaimed { nicks.remove(quitting.nick) }
      for room in quitting.rooms where room.isLast { unseat(quitting.nick, room.seat, in: room.name) }
    }
  }

  private mutating func apply(_ renaming: Renaming) {
    if renaming.isClaimed {
      nicks.remove(renaming.old)
      nicks.insert(renaming.new)
    }
    for room in renaming.rooms {
      switch room.look {
      case .renamed, .replaced:
        unseat(renaming.old, room.seat, in: room.name)
        seat(renaming.new, room.seat, in: room.name)
      case .arrived: seat(renaming.new, room.seat, in: room.name)
      case .departed: unseat(renaming.old, room.seat, in: room.name)
      case .unseen: break
      }
    }
  }

  private mutating func seat(_ nick: Nick, _ seat: Int64, in room: RoomName) {
    rooms[room]?.members.insert(Member(seat: seat, nick: nick))
  }

  private mutating func unseat(_ nick: Nick, _ seat: Int64, in room: RoomName) {
    rooms[room]?.members.remove(Member(seat: seat, nick: nick))
  }

  // MARK: Reading

  package func answer(_ query: DirectoryQuery) -> DirectoryAnswer {
    switch query {
    case .room(let name): rooms[name].map { .room(description(of: $0)) } ?? .noSuchRoom(name)
    case .members(let name, after: let last): members(of: name, after: last)
    case .rooms(after: let last): .rooms(page(after: last))
    case .holders(let nicks): .holders(nicks.compactMap { nick in nick.holder(in: self.nicks) })
    case .count: .count(sessions: sessions, mostSessions: mostSessions, rooms: rooms.count)
    }
  }

  private func members(of name: RoomName, after last: Int64) -> DirectoryAnswer {
    guard let room = rooms[name] else { return .noSuchRoom(name) }
    let page = room.members.page(limit: Self.pageNames) { $0.seat > last }
    let next = page.hasMore ? page.elements.last?.seat : nil
    return .members(description(of: room), page.elements.map(\.nick).sorted(), next: next)
  }

  private func page(after last: RoomName?) -> Page<RoomDescription> {
    names.page(after: last, limit: Self.pageNames).compactMap { name in rooms[name].map(description(of:)) }
  }

  private func description(of room: Room) -> RoomDescription {
    RoomDescription(id: room.id, name: room.name, topic: room.topic, memberCount: room.members.count)
  }
}

extension Nick {
  /// The same nick as it stands in `nicks`.
  fileprivate func holder(in nicks: Set<Nick>) -> Nick? {
    nicks.firstIndex(of: self).map { nicks[$0] }
  }
}
