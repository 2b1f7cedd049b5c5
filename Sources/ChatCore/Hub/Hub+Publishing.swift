import LineProtocol

extension Hub {
  mutating func publish(
    _ text: MessageText, _ kind: Message.Kind, in name: RoomName, by session: SessionID,
    once reference: MessageReference?
  ) throws(ProtocolError) -> Decision {
    guard let sender = sessions[session] else { throw ProtocolError(.noNick, asked: "") }
    guard let id = roomIDs[name], sender.rooms.contains(id), let room = rooms.index(forKey: id) else {
      throw ProtocolError(.notJoined, asked: name.text)
    }
    rooms.values[room].submit()
    let asWritten = rooms.values[room].name
    return .event(message(text, kind, .user, in: id, named: asWritten, by: sender.nick, session, reference))
  }

  mutating func post(
    _ text: MessageText, in name: RoomName, as user: Nick, _ role: Message.Role, by session: SessionID,
    once reference: MessageReference?
  ) throws(ProtocolError) -> Decision {
    if role == .user, user == reserved { throw ProtocolError(.nickReserved, asked: user.text) }
    let id = try roomOrNew(named: name)
    rooms[id]?.submit()
    return .event(
      message(text, .message, role, in: id, named: rooms[id]?.name ?? name, by: user, session, reference))
  }

  private func message(
    _ text: MessageText, _ kind: Message.Kind, _ role: Message.Role, in id: RoomID, named name: RoomName,
    by user: Nick, _ session: SessionID, _ reference: MessageReference?
  ) -> Event {
    // The log gives the id and the time.
    let message = Message(
      id: 0, room: name.text, user: user.text, text: text.string, kind: kind, role: role,
      time: Timestamp(milliseconds: 0))
    var event = Event(origin: session, .message(id, message))
    event.reference = reference
    return event
  }

  mutating func setTopic(
    _ text: String, of name: RoomName, by session: SessionID
  ) throws(ProtocolError) -> Decision {
    let nick = try nick(of: session)
    let room = try joinedRoom(name, session)
    let topic = Topic(text: text, author: nick.text, time: Timestamp(milliseconds: 0))
    rooms[room.id]?.submit(topic)
    return .event(Event(origin: session, .topic(room.id, topic, room: room.name, id: 0)))
  }

  /// Learns what became of the stored changes in a batch.
  public mutating func settle(_ batch: Batch) {
    for event in batch.events {
      switch event.change {
      case .message(let id, _): settle(id, event.failure, topic: nil)
      case .topic(let id, let topic, _, _): settle(id, event.failure, topic: topic)
      default: break
      }
    }
  }

  private mutating func settle(_ id: RoomID, _ failure: LogError?, topic: Topic?) {
    rooms[id]?.settle(failure, topic: topic)
    if failure != nil { forgetIfEmpty(id) }
  }
}
