import ChatCore
import Delivery
import LineProtocol

/// What the commands of the plain dialect do.
extension PlainCommand {
  /// `line`: as it came, for refusals. What is thrown is what the session has to be told.
  func step(_ line: Span<UInt8>, _ books: Books) throws(ProtocolError) -> LineStep {
    switch self {
    case .message(let room, let text): return try Self.publish(room, text, once: nil, line, books)
    case .messageOnce(let reference, let room, let text):
      return try Self.publish(room, text, once: reference, line, books)
    case .nick(let nick):
      // Exactly the same nick changes nothing; another spelling of it is seen.
      if nick.text == books.nick?.text {
        return PlainDialect.say { PlainEncoder.okNick(nick.text, into: &$0) }
      }
      return .request(.claim(nick), then: PlainDialect.tell)
    case .join(let room, let point): return try Self.join(room, point, line, books)
    case .part(let room):
      try Self.checkJoined(room, line, books)
      return .request(.part(room, reason: nil), then: PlainDialect.tell)
    case .since(let room, let after):
      if after > books.loop.tail { throw ProtocolError(.futureID, asked: line) }
      return Self.find(room) { room in
        .replay(
          ReplayOrder(of: room.id, room.name, after: after, to: .through(books.loop.applied)),
          then: { Self.endReplay(of: room.name, $0) })
      }
    case .history(let room, let count):
      return Self.find(room) { Self.showHistory($0, count) }
    case .names(let room): return Self.listNames(of: room)
    case .rooms: return Self.listRooms()
    case .ping(let text): return PlainDialect.say { PlainEncoder.pong(text, into: &$0) }
    case .help: return PlainDialect.say { PlainEncoder.help(into: &$0) }
    case .quit:
      return .steps([PlainDialect.say { PlainEncoder.bye(into: &$0) }, .close(reason: "quit")])
    }
  }

  private static func publish(
    _ room: RoomName, _ text: MessageText, once reference: MessageReference?, _ line: Span<UInt8>,
    _ books: Books
  ) throws(ProtocolError) -> LineStep {
    try checkJoined(room, line, books)
    return .submit(.publish(room, text, .message, once: reference))
  }

  // MARK: Rooms

  private static func checkJoined(
    _ room: RoomName, _ line: Span<UInt8>, _ books: Books
  ) throws(ProtocolError) {
    if books.nick == nil { throw ProtocolError(.noNick, asked: line) }
    if !books.isIn(room) { throw ProtocolError(.notJoined, asked: room.text) }
  }

  private static func join(
    _ room: RoomName, _ point: JoinPoint, _ line: Span<UInt8>, _ books: Books
  ) throws(ProtocolError) -> LineStep {
    if books.nick == nil { throw ProtocolError(.noNick, asked: line) }
    var cursor: MessageID?
    if case .after(let id) = point { cursor = id }
    if let cursor, cursor > books.loop.tail { throw ProtocolError(.futureID, asked: line) }
    if let joined = books.joinedRoom(room) {
      let newest = books.loop.newest(in: joined.id)
      return PlainDialect.say { PlainEncoder.okJoin(room: joined.name.text, id: newest, into: &$0) }
    }
    try books.checkRoomCount(room)
    return .request(.join(room, after: cursor)) { event in
      guard case .joined(let joining) = event.kind else { return PlainDialect.tell(event) }
      return .steps([PlainDialect.tell(event), show(joining, from: point)])
    }
  }

  /// What is shown of a room that was entered just now.
  private static func show(_ joining: Joining, from point: JoinPoint) -> LineStep {
    let order: ReplayOrder
    switch point {
    case .now: return .goLive(joining.room)
    case .after(let id): order = ReplayOrder(of: joining.room, joining.name, after: id, to: .live)
    case .newest(let count):
      order = ReplayOrder(
        of: joining.room, joining.name, after: joining.newest, preceding: count, to: .live)
    }
    return .replay(order) { result in
      let end = endReplay(of: joining.name, result)
      switch result {
      case .success: return end
      // It is left again: there is no session that is in a room and hears nothing.
      case .failure: return .steps([end, .request(.part(joining.name, reason: nil), then: tellRefusal)])
      }
    }
  }

  private static func tellRefusal(_ event: Event) -> LineStep {
    if case .refused = event.kind { PlainDialect.tell(event) } else { .done }
  }

  /// Goes on with a room, if it is there.
  private static func find(_ name: RoomName, then: @escaping (RoomDescription) -> LineStep) -> LineStep {
    .ask(.room(name)) { answer in
      guard case .room(let room) = answer else { return refuse(unknown: name) }
      return then(room)
    }
  }

  private static func refuse(unknown room: RoomName) -> LineStep {
    PlainDialect.refuse(ProtocolError(.noSuchRoom, asked: room.text))
  }

  // MARK: Lists, of which the next part has its turn when the socket has taken the one before

  private static func listNames(of name: RoomName, after last: Int64 = 0) -> LineStep {
    .ask(.members(name, after: last)) { answer in
      guard case .members(let room, let nicks, let next) = answer else {
        // The last of the room may have left between two parts of the list.
        return last > 0
          ? PlainDialect.say { PlainEncoder.endNames(room: name.text, into: &$0) } : refuse(unknown: name)
      }
      var bytes: [UInt8] = []
      PlainEncoder.names(room: room.name.text, nicks: nicks.lazy.map(\.text), into: &bytes)
      if let next { return .page(bytes, next: listNames(of: name, after: next)) }
      PlainEncoder.endNames(room: room.name.text, into: &bytes)
      return .page(bytes, next: .done)
    }
  }

  private static func listRooms(after last: RoomName? = nil) -> LineStep {
    .ask(.rooms(after: last)) { answer in
      guard case .rooms(let page) = answer else { return .done }
      var bytes: [UInt8] = []
      for room in page.elements {
        PlainEncoder.room(room.name.text, count: room.memberCount, into: &bytes)
      }
      if page.hasMore { return .page(bytes, next: listRooms(after: page.elements.last?.name)) }
      PlainEncoder.endRooms(into: &bytes)
      return .page(bytes, next: .done)
    }
  }

  // MARK: History

  private static func showHistory(_ room: RoomDescription, _ count: Int) -> LineStep {
    let query = HistoryQuery(room: room.id, .newest, limit: count, byteLimit: .max)
    return .read(query) { result in
      switch result {
      case .success(let page):
        let newest = page.entries.last?.id ?? 0
        let order = ReplayOrder(
          of: room.id, room.name, after: newest, to: .through(newest), beginningWith: page.entries)
        return .replay(order) { endReplay(of: room.name, $0) }
      case .failure(let error): return PlainDialect.refuse(ProtocolError(error, asked: room.name.text))
      }
    }
  }

  private static func endReplay(of room: RoomName, _ result: Result<MessageID, LogError>) -> LineStep {
    switch result {
    case .success(let id): PlainDialect.say { PlainEncoder.end(room: room.text, id: id, into: &$0) }
    case .failure(let error): PlainDialect.refuse(ProtocolError(error, asked: room.text))
    }
  }
}
