package import LineProtocol

/// Decisions. They read the state, and change it by events alone.
extension ChatState {
  /// Who would speak by a request; nil if nobody can be said to.
  package func speaker(of request: Request) -> Nick? {
    switch request.action {
    case .publish: sessions[request.session]?.nick
    case .post(_, _, let user, _, _): user
    case .claim, .enter, .join, .part, .setTopic, .end: nil
    }
  }

  /// Decides a request and applies what comes of it, which is appended to `events`. `use`: that of the
  /// request's reference.
  package mutating func decide(
    _ request: Request, at place: Place, _ use: ReferenceUse = .unused, log: Log = .open,
    into events: inout [Event]
  ) {
    let session = request.session
    do throws(ProtocolError) {
      switch request.action {
      case .claim(let nick): try claim(nick, by: session, &events)
      case .enter(let nick, let room, let after):
        try enter(room, as: nick, after: after, by: session, place, &events)
      case .join(let room, let after): try join(room, after: after, by: session, place, &events)
      case .part(let room, let reason): try part(room, reason: reason, by: session, &events)
      case .publish(let room, let text, let kind, let reference):
        let said = try said(text, kind, in: room, by: session)
        try store(said, once: reference, use, log, at: place, by: session, &events)
      case .post(let room, let text, let user, let role, let reference):
        if role == .user { try checkReserved(user) }
        let said = Said(
          room: room, id: roomIDs[room], user: user, text: text, kind: .message, role: role)
        try store(said, once: reference, use, log, at: place, by: session, &events)
      case .setTopic(let room, let text):
        try setTopic(text, of: room, log, at: place, by: session, &events)
      case .end(let reason): end(session, reason: reason, &events)
      }
    } catch {
      happen(.refused(Refusal(request.action.verb, error)), by: session, &events)
      if error.code == .nickInUse, case .claim(let nick) = request.action, let holder = holders[nick] {
        happen(.wanted(holder), by: session, &events)
      }
    }
  }

  /// This happens now. Everything that could refuse the request has been checked.
  private mutating func happen(_ kind: Event.Kind, by session: SessionID, _ events: inout [Event]) {
    let event = Event(origin: session, kind)
    apply(event)
    events.append(event)
  }

  // MARK: Names

  private mutating func claim(
    _ nick: Nick, by session: SessionID, _ events: inout [Event]
  ) throws(ProtocolError) {
    try checkReserved(nick)
    if let holder = holders[nick], holder != session { throw ProtocolError(.nickInUse, asked: nick.text) }
    guard let named = sessions[session] else {
      return happen(.named(nick, isClaimed: true), by: session, &events)
    }
    happen(.renamed(renaming(of: named, to: nick)), by: session, &events)
  }

  private func checkReserved(_ nick: Nick) throws(ProtocolError) {
    if nick == policy.reserved { throw ProtocolError(.nickReserved, asked: nick.text) }
  }

  private func renaming(of session: Session, to new: Nick) -> Renaming {
    let old = session.nick
    let isOneEverywhere = old == new || (sessionCount(of: old) == 1 && sessionCount(of: new) == 0)
    var seat = lastSeat
    let rooms = session.rooms.compactMap { id -> Renaming.Room? in
      guard let room = self.rooms[id], let before = room.presence(of: old) else { return nil }
      let isGone = before.sessions == 1
      let isNew = room.presence(of: new) == nil || (isGone && old == new)
      let look: Renaming.Look
      // If the old name goes and the new one comes, the new one has the seat of the old: whoever reads the
      // list of names meanwhile is shown one of them.
      switch (isGone, isNew) {
      case (true, true): look = isOneEverywhere ? .renamed : .replaced
      case (true, false): look = .departed
      case (false, true):
        look = .arrived
        seat += 1
      case (false, false): look = .unseen
      }
      return Renaming.Room(
        id: id, name: room.name, look: look, seat: look == .arrived ? seat : before.seat)
    }
    return Renaming(old: old, new: new, isClaimed: session.isClaimed, rooms: rooms)
  }

  /// How many sessions have the name.
  private func sessionCount(of nick: Nick) -> Int {
    sharers[nick, default: 0] + (holders[nick] == nil ? 0 : 1)
  }

  // MARK: Rooms

  private mutating func enter(
    _ name: RoomName, as nick: Nick, after: MessageID?, by session: SessionID, _ place: Place,
    _ events: inout [Event]
  ) throws(ProtocolError) {
    guard sessions[session] == nil else {
      return try join(name, after: after, by: session, place, &events)
    }
    try checkReserved(nick)
    try checkCursor(after, of: name, place)
    if policy.roomsPerSession < 1 { throw ProtocolError(.tooManyRooms, asked: name.text) }
    try checkOpening(name)
    happen(.named(nick, isClaimed: false), by: session, &events)
    seat(session, nick, in: open(name, by: session, &events), after: after, &events)
  }

  private mutating func join(
    _ name: RoomName, after: MessageID?, by session: SessionID, _ place: Place, _ events: inout [Event]
  ) throws(ProtocolError) {
    guard let member = sessions[session] else { throw ProtocolError(.noNick, asked: "") }
    try checkCursor(after, of: name, place)
    if let id = roomIDs[name], member.rooms.contains(id) {
      // Sessions know their rooms and do not ask.
      throw ProtocolError(.badRoom, asked: name.text, reason: "the session is in this room already")
    }
    if member.rooms.count >= policy.roomsPerSession { throw ProtocolError(.tooManyRooms, asked: name.text) }
    try checkOpening(name)
    seat(session, member.nick, in: open(name, by: session, &events), after: after, &events)
  }

  private func checkCursor(_ after: MessageID?, of name: RoomName, _ place: Place) throws(ProtocolError) {
    if let after, after >= place.id { throw ProtocolError(.futureID, asked: "JOIN \(name.text) \(after)") }
  }

  private mutating func seat(
    _ session: SessionID, _ nick: Nick, in id: RoomID, after: MessageID?, _ events: inout [Event]
  ) {
    guard let room = rooms[id] else { return }
    let presence = room.presence(of: nick)
    let joining = Joining(
      room: id, name: room.name, nick: nick, newest: room.newest, after: after, isFirst: presence == nil,
      seat: presence?.seat ?? lastSeat + 1)
    happen(.joined(joining), by: session, &events)
  }

  private mutating func part(
    _ name: RoomName, reason: String?, by session: SessionID, _ events: inout [Event]
  ) throws(ProtocolError) {
    let (nick, room, index) = try membership(of: session, in: name)
    guard let presence = room.presence(of: nick) else { throw ProtocolError(.notJoined, asked: name.text) }
    let parting = Parting(
      room: room.id, name: room.name, nick: nick, reason: reason, isLast: presence.sessions == 1,
      seat: presence.seat, index: index)
    happen(.parted(parting), by: session, &events)
    closeIfForgettable(room.id, by: session, &events)
  }

  private mutating func end(_ session: SessionID, reason: String, _ events: inout [Event]) {
    // One that has no name yet is nowhere.
    guard let gone = sessions[session] else { return }
    let left = gone.rooms.compactMap { id -> Quitting.Room? in
      guard let room = self.rooms[id], let presence = room.presence(of: gone.nick) else { return nil }
      return Quitting.Room(id: id, name: room.name, isLast: presence.sessions == 1, seat: presence.seat)
    }
    let quitting = Quitting(
      nick: gone.nick, isClaimed: gone.isClaimed, reason: reason,
      isNameGone: sessionCount(of: gone.nick) == 1, rooms: left)
    happen(.quit(quitting), by: session, &events)
    for room in left { closeIfForgettable(room.id, by: session, &events) }
  }

  private func membership(
    of session: SessionID, in name: RoomName
  ) throws(ProtocolError) -> (nick: Nick, room: RoomRecord, index: Int) {
    guard let member = sessions[session] else { throw ProtocolError(.noNick, asked: "") }
    guard let id = roomIDs[name], let index = member.rooms.firstIndex(of: id), let room = rooms[id] else {
      throw ProtocolError(.notJoined, asked: name.text)
    }
    return (member.nick, room, index)
  }

  /// Throws if the room is not there and may not be made.
  private func checkOpening(_ name: RoomName) throws(ProtocolError) {
    if roomIDs[name] != nil { return }
    do throws(NameError) {
      try name.checkVisible()
    } catch {
      throw ProtocolError(.badRoom, asked: name.text, reason: error.reason)
    }
    if rooms.count >= policy.rooms {
      throw ProtocolError(.tooManyRooms, asked: name.text, reason: "the server has as many rooms as it may")
    }
  }

  /// The room of this name, made if it is not there.
  private mutating func open(
    _ name: RoomName, by session: SessionID, _ events: inout [Event]
  ) -> RoomID {
    if let id = roomIDs[name] { return id }
    let id = RoomID(lastRoom + 1)
    happen(.opened(id, name), by: session, &events)
    return id
  }

  private mutating func closeIfForgettable(_ id: RoomID, by session: SessionID, _ events: inout [Event]) {
    guard let room = rooms[id], room.isForgettable else { return }
    happen(.closed(id, room.name), by: session, &events)
  }

  // MARK: Entries

  private struct Said {
    let room: RoomName
    /// nil where there is no room of that name yet. It is looked up once.
    let id: RoomID?
    let user: Nick
    let text: MessageText
    let kind: Message.Kind
    let role: Message.Role
  }

  private func said(
    _ text: MessageText, _ kind: Message.Kind, in name: RoomName, by session: SessionID
  ) throws(ProtocolError) -> Said {
    guard let member = sessions[session] else { throw ProtocolError(.noNick, asked: "") }
    guard let id = roomIDs[name], member.rooms.contains(id) else {
      throw ProtocolError(.notJoined, asked: name.text)
    }
    return Said(room: name, id: id, user: member.nick, text: text, kind: kind, role: .user)
  }

  private mutating func store(
    _ said: Said, once reference: MessageReference?, _ use: ReferenceUse, _ log: Log, at place: Place,
    by session: SessionID, _ events: inout [Event]
  ) throws(ProtocolError) {
    if said.id == nil { try checkOpening(said.room) }
    try Self.check(log, asked: "MSG")
    func message(in room: String, id: MessageID, time: Timestamp) -> Message {
      Message(
        id: id, room: room, user: said.user.text, text: said.text.string, kind: said.kind, role: said.role,
        time: time)
    }
    switch use {
    case .unused: break
    case .same(let id, let time):
      let room = said.id.flatMap { rooms[$0]?.name.text } ?? said.room.text
      return happen(.repeated(message(in: room, id: id, time: time)), by: session, &events)
    case .different: throw ProtocolError(.referenceUsed, asked: reference?.text ?? "")
    }
    let id = said.id ?? open(said.room, by: session, &events)
    guard let room = rooms[id] else { return }
    let stored = message(in: room.name.text, id: place.id, time: place.time)
    happen(.message(stored, in: id, once: reference, before: room.before), by: session, &events)
  }

  private mutating func setTopic(
    _ text: String, of name: RoomName, _ log: Log, at place: Place, by session: SessionID,
    _ events: inout [Event]
  ) throws(ProtocolError) {
    let (nick, room, _) = try membership(of: session, in: name)
    try Self.check(log, asked: "TOPIC")
    let topic = Topic(text: text, author: nick.text, time: place.time)
    let change = TopicChange(
      id: place.id, room: room.id, name: room.name, topic: topic, old: room.topic, before: room.before)
    happen(.topic(change), by: session, &events)
  }

  private static func check(_ log: Log, asked: String) throws(ProtocolError) {
    switch log {
    case .open: break
    case .closed(let error): throw ProtocolError(error, asked: asked)
    }
  }
}
