import LineProtocol

extension Hub {
  /// Names on one page of a list. So many rooms in the longest format, with topics, are less than the smallest bound of an output
  /// (64 KiB): a list never overflows it, however long it is.
  static let pageNames = 64

  func description(of name: RoomName, for session: SessionID) throws(ProtocolError) -> RoomDescription {
    guard let id = roomIDs[name], let room = rooms[id] else {
      throw ProtocolError(.noSuchRoom, asked: name.text)
    }
    return description(of: room, isJoined: sessions[session]?.rooms.contains(id) ?? false)
  }

  func members(
    of name: RoomName, after last: Int64, for session: SessionID
  ) throws(ProtocolError) -> Reply {
    let description = try description(of: name, for: session)
    let seats = rooms[description.id]?.seats ?? SortedList()
    let page = seats.page(limit: Self.pageNames) { $0.number > last }
    let next = page.hasMore ? page.elements.last?.number : nil
    return .members(description, page.elements.map(\.nick).sorted(), next: next)
  }

  func rooms(after last: RoomName?) -> Page<RoomDescription> {
    roomNames.page(after: last, limit: Self.pageNames).compactMap { name in
      roomIDs[name].flatMap { rooms[$0] }.map { description(of: $0, isJoined: false) }
    }
  }

  private func description(of room: HubRoom, isJoined: Bool) -> RoomDescription {
    RoomDescription(
      id: room.id, name: room.name, topic: room.topic, memberCount: room.nameCount, isJoined: isJoined)
  }
}
