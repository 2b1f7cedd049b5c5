public import LineProtocol

/// The one writer of chat state: who is called what, who is where, what is allowed.
///
/// A pure value: it decides, and the caller carries the decision out. Its view is that of *submitted* events, so each
/// request is checked against everything decided before it, whether or not the loops have shown that yet.
public struct Hub: Sendable {
  var sessions: [SessionID: HubSession] = [:] {
    didSet { mostSessions = max(mostSessions, sessions.count) }
  }
  private var mostSessions = 0
  var holders: [Nick: SessionID] = [:]
  var rooms: [RoomID: HubRoom] = [:]
  var roomIDs: [RoomName: RoomID] = [:]
  private(set) var roomNames: SortedList<RoomName>
  let reserved: Nick?
  let limits: HubLimits
  private var lastRoom: Int64

  /// `lastRoom`: the greatest number of a room in the log, which may be one of a room that cannot be shown. `reserved`: a name that only the
  /// agent may use.
  public init(
    rooms stored: [StoredRoom] = [], lastRoom: Int64 = 0, reserved: Nick? = nil,
    limits: HubLimits = HubLimits()
  ) {
    self.lastRoom = lastRoom
    self.reserved = reserved
    self.limits = limits
    roomNames = SortedList(stored.map(\.name))
    for room in stored {
      rooms[room.id] = HubRoom(id: room.id, name: room.name, topic: room.topic, isStored: true)
      roomIDs[room.name] = room.id
      self.lastRoom = max(self.lastRoom, room.id.number)
    }
  }

  /// Line sessions that have a nick, and names without a claim.
  public var sessionCount: Int { sessions.count }
  public var roomCount: Int { rooms.count }

  /// `lastID`: the last id that the log has given, which bounds what can be resumed from.
  public mutating func decide(_ request: Request, lastID: Int64) -> Decision {
    let session = request.session
    do throws(ProtocolError) {
      switch request.action {
      case .claim(let nick): return try claim(nick, by: session)
      case .name(let nick): return try name(session, nick)
      case .join(let name, let after): return try join(name, after: after, by: session, lastID: lastID)
      case .part(let name, let reason): return try part(name, reason: reason, by: session)
      case .publish(let name, let text, let kind, let reference):
        return try publish(text, kind, in: name, by: session, once: reference)
      case .post(let name, let text, let user, let role, let reference):
        return try post(text, in: name, as: user, role, by: session, once: reference)
      case .setTopic(let name, let text): return try setTopic(text, of: name, by: session)
      case .describe(let name): return .reply(.room(try description(of: name, for: session)))
      case .listMembers(let name, let last):
        return .reply(try members(of: name, after: last, for: session))
      case .listRooms(let last): return .reply(.rooms(rooms(after: last)))
      case .find(let nicks): return .reply(.found(nicks.compactMap(holder(of:))))
      case .count:
        return .reply(.count(sessions: sessionCount, mostSessions: mostSessions, rooms: roomCount))
      case .end(let reason): return .events(end(session, reason: reason))
      }
    } catch {
      if error.code == .nickInUse, case .claim(let nick) = request.action, let holder = holders[nick] {
        return .reply(.nickInUse(error, holder: holder))
      }
      // A session may have several messages under way; each is answered at its place in their order.
      switch request.action {
      case .publish, .post: return .event(Event(origin: session, .refused(error)))
      default: return .reply(.refused(error))
      }
    }
  }

  // MARK: Rooms

  /// The room of this name, made if it is not there.
  mutating func roomOrNew(named name: RoomName) throws(ProtocolError) -> RoomID {
    if let id = roomIDs[name] { return id }
    do throws(NameError) {
      try name.checkVisible()
    } catch {
      throw ProtocolError(.badRoom, asked: name.text, reason: error.reason)
    }
    if rooms.count >= limits.rooms {
      throw ProtocolError(.tooManyRooms, asked: name.text, reason: "the server has as many rooms as it may")
    }
    lastRoom += 1
    let id = RoomID(lastRoom)
    rooms[id] = HubRoom(id: id, name: name, isStored: false)
    roomIDs[name] = id
    roomNames.insert(name)
    return id
  }

  /// Forgets a room in which nobody is and nothing was ever said.
  mutating func forgetIfEmpty(_ id: RoomID) {
    guard let room = rooms[id], room.isForgettable else { return }
    rooms[id] = nil
    roomIDs[room.name] = nil
    roomNames.remove(room.name)
  }
}
