import LineProtocol

extension Hub {
  /// A line session takes a nick that no other line session has.
  mutating func claim(_ nick: Nick, by session: SessionID) throws(ProtocolError) -> Decision {
    if nick == reserved { throw ProtocolError(.nickReserved, asked: nick.text) }
    if let holder = holders[nick], holder != session { throw ProtocolError(.nickInUse, asked: nick.text) }
    guard let old = sessions[session]?.nick else {
      holders[nick] = session
      sessions[session] = HubSession(nick: nick, isClaimed: true)
      return .event(Event(origin: session, .renamed(from: nick, to: nick, rooms: [])))
    }
    // Exactly the same nick changes nothing; another spelling of it is seen.
    if old.text == nick.text { return .reply(.named(nick)) }
    holders[old] = nil
    holders[nick] = session
    sessions[session]?.nick = nick
    return .events(rename(session, from: old, to: nick))
  }

  /// A WebSocket session's name: it may be anybody's but the agent's.
  mutating func name(_ session: SessionID, _ nick: Nick) throws(ProtocolError) -> Decision {
    if nick == reserved { throw ProtocolError(.nickReserved, asked: nick.text) }
    sessions[session] = HubSession(nick: nick, isClaimed: false)
    return .reply(.named(nick))
  }

  /// In a room where other sessions keep the old name there, or the new one was there before, the rename is not seen as one:
  /// there the new name comes, or the old one goes, or neither.
  private mutating func rename(_ session: SessionID, from old: Nick, to new: Nick) -> [Event] {
    var seen: [RoomID] = []
    var halves: [Event] = []
    for id in sessions[session]?.rooms ?? [] {
      guard let name = rooms[id]?.name else { continue }
      let (isGone, isNew) = rooms[id]?.rename(old, new) ?? (false, false)
      if isGone && isNew {
        seen.append(id)
      } else if isNew {
        halves.append(Event(origin: session, .presence(id, room: name, nick: new, isThere: true)))
      } else if isGone {
        halves.append(Event(origin: session, .presence(id, room: name, nick: old, isThere: false)))
      }
    }
    return [Event(origin: session, .renamed(from: old, to: new, rooms: seen))] + halves
  }

  /// The nick as its holder writes it; nil when no line session has it.
  func holder(of nick: Nick) -> Nick? { holders[nick].flatMap { sessions[$0]?.nick } }

  /// Takes a session out of everything. Nothing happens for one that has no name yet.
  mutating func end(_ session: SessionID, reason: String) -> [Event] {
    guard let gone = sessions.removeValue(forKey: session) else { return [] }
    if gone.isClaimed { holders[gone.nick] = nil }
    var seen: [RoomID] = []
    for id in gone.rooms {
      if rooms[id]?.leave(gone.nick) == true { seen.append(id) }
      forgetIfEmpty(id)
    }
    return [Event(origin: session, .quit(nick: gone.nick, reason: reason, rooms: seen))]
  }
}
