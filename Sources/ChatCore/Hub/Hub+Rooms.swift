import LineProtocol

extension Hub {
  mutating func join(
    _ name: RoomName, after: Int64?, by session: SessionID, lastID: Int64
  ) throws(ProtocolError) -> Decision {
    let nick = try nick(of: session)
    if let after, after > lastID { throw ProtocolError(.futureID, asked: "JOIN \(name.text) \(after)") }
    let joined = sessions[session]?.rooms ?? []
    if let id = roomIDs[name], joined.contains(id), let room = rooms[id] {
      return .reply(.alreadyJoined(room.name))
    }
    if joined.count >= limits.roomsPerSession { throw ProtocolError(.tooManyRooms, asked: name.text) }
    let id = try roomOrNew(named: name)
    sessions[session]?.rooms.append(id)
    let isFirst = rooms[id]?.enter(nick) ?? false
    let change = Event.Change.joined(
      id, RoomState(), room: rooms[id]?.name ?? name, nick: nick, after: after, isAnnounced: isFirst)
    return .event(Event(origin: session, change))
  }

  mutating func part(
    _ name: RoomName, reason: String?, by session: SessionID
  ) throws(ProtocolError) -> Decision {
    let nick = try nick(of: session)
    let room = try joinedRoom(name, session)
    sessions[session]?.rooms.removeAll { $0 == room.id }
    let isLast = rooms[room.id]?.leave(nick) ?? false
    forgetIfEmpty(room.id)
    let change = Event.Change.parted(
      room.id, room: room.name, nick: nick, reason: reason, isAnnounced: isLast)
    return .event(Event(origin: session, change))
  }

  func nick(of session: SessionID) throws(ProtocolError) -> Nick {
    guard let nick = sessions[session]?.nick else { throw ProtocolError(.noNick, asked: "") }
    return nick
  }

  func joinedRoom(_ name: RoomName, _ session: SessionID) throws(ProtocolError) -> HubRoom {
    guard let id = roomIDs[name], let room = rooms[id], sessions[session]?.rooms.contains(id) == true else {
      throw ProtocolError(.notJoined, asked: name.text)
    }
    return room
  }
}
