package import LineProtocol

/// Who is called what, who is where, what is allowed: the one place that decides.
///
/// A pure value. The same requests at the same places give the same events and the same state, in any
/// process: it knows no clock and no randomness, and no order of a `Set` or `Dictionary` reaches an event. It
/// changes only by ``apply(_:)``, and ``undo(_:)`` takes back exactly that. What may happen is decided in the
/// file beside this one.
package struct ChatState: Sendable, Equatable {
  /// Whether entries can be stored.
  package enum Log: Sendable, Equatable {
    case open
    /// What would make an entry is refused; everything else is decided as ever.
    case closed(LogError)
  }

  struct Session: Sendable, Equatable {
    var nick: Nick
    /// The nick is this session's alone (line door); else it is only a name (HTTP, WebSocket).
    let isClaimed: Bool
    /// In the order in which they were entered.
    var rooms: [RoomID] = []
  }

  package let policy: Policy
  private(set) var sessions: [SessionID: Session] = [:]
  private(set) var holders: [Nick: SessionID] = [:]
  /// How many sessions have a name that is not theirs alone.
  private(set) var sharers: [Nick: Int] = [:]
  private(set) var rooms: [RoomID: RoomRecord] = [:]
  private(set) var roomIDs: [RoomName: RoomID] = [:]
  private(set) var lastRoom: Int64
  private(set) var lastSeat: Int64 = 0

  /// `lastRoom`: the greatest number of a room in the log, which may be one of a room that cannot be shown.
  package init(rooms stored: [StoredRoom] = [], lastRoom: Int64 = 0, policy: Policy = Policy()) {
    self.policy = policy
    self.lastRoom = lastRoom
    for room in stored {
      rooms[room.id] = RoomRecord(
        id: room.id, name: room.name, topic: room.topic, newest: room.newest, isStored: true)
      roomIDs[room.name] = room.id
      self.lastRoom = max(self.lastRoom, room.id.number)
    }
  }

  /// A state of parts that agree: each session in a room has its name's seat there. Every other part follows
  /// from these.
  init(
    policy: Policy, sessions: [SessionID: Session], rooms: [RoomID: RoomRecord], lastRoom: Int64,
    lastSeat: Int64
  ) {
    self.policy = policy
    self.sessions = sessions
    self.rooms = rooms
    self.lastRoom = lastRoom
    self.lastSeat = lastSeat
    for (id, session) in sessions { hold(session.nick, isClaimed: session.isClaimed, id) }
    for (id, room) in rooms { roomIDs[room.name] = id }
  }

  // MARK: Applying

  /// Makes the state what it is after an event that was decided on it.
  package mutating func apply(_ event: Event) {
    switch event.kind {
    case .message(let message, in: let id, _, _): stored(message.id, in: id)
    case .topic(let change):
      rooms[change.room]?.topic = change.topic
      stored(change.id, in: change.room)
    case .named(let nick, let isClaimed):
      sessions[event.origin] = Session(nick: nick, isClaimed: isClaimed)
      hold(nick, isClaimed: isClaimed, event.origin)
    case .opened(let id, let name):
      lastRoom = id.number
      make(id, name, isStored: false)
    case .closed(let id, let name): forget(id, name)
    case .joined(let joining):
      sessions[event.origin]?.rooms.append(joining.room)
      rooms[joining.room]?.enter(joining.nick, seat: joining.seat)
      if joining.isFirst { lastSeat = joining.seat }
    case .parted(let parting):
      sessions[event.origin]?.rooms.remove(at: parting.index)
      rooms[parting.room]?.leave(parting.nick)
    case .renamed(let renaming): apply(renaming, of: event.origin)
    case .quit(let quitting):
      sessions[event.origin] = nil
      letGo(quitting.nick, isClaimed: quitting.isClaimed)
      for room in quitting.rooms { rooms[room.id]?.leave(quitting.nick) }
    case .repeated, .refused, .wanted: break
    }
  }

  private mutating func hold(_ nick: Nick, isClaimed: Bool, _ session: SessionID) {
    if isClaimed { holders[nick] = session } else { sharers[nick, default: 0] += 1 }
  }

  private mutating func letGo(_ nick: Nick, isClaimed: Bool) {
    if isClaimed {
      holders[nick] = nil
    } else {
      let left = sharers[nick, default: 0] - 1
      precondition(left >= 0, "a name is held before it is let go")
      sharers[nick] = left == 0 ? nil : left
    }
  }

  private mutating func stored(_ id: MessageID, in room: RoomID) {
    guard let index = rooms.index(forKey: room) else { return }
    assert(id > rooms.values[index].newest)
    rooms.values[index].newest = id
    rooms.values[index].isStored = true
  }

  private mutating func make(_ id: RoomID, _ name: RoomName, isStored: Bool) {
    rooms[id] = RoomRecord(id: id, name: name, isStored: isStored)
    roomIDs[name] = id
  }

  private mutating func forget(_ id: RoomID, _ name: RoomName) {
    rooms[id] = nil
    roomIDs[name] = nil
  }

  private mutating func apply(_ renaming: Renaming, of session: SessionID) {
    sessions[session]?.nick = renaming.new
    letGo(renaming.old, isClaimed: renaming.isClaimed)
    hold(renaming.new, isClaimed: renaming.isClaimed, session)
    for room in renaming.rooms {
      rooms[room.id]?.leave(renaming.old)
      rooms[room.id]?.enter(renaming.new, seat: room.seat)
      if room.look == .arrived { lastSeat = room.seat }
    }
  }

  // MARK: Taking back

  /// Takes back the events of a batch that could not be stored, the last first. If it is unknown whether it
  /// was, rooms that got their first entry count as stored, and those that were made for it keep their
  /// numbers. The events that made these are returned: they stand, and whoever follows the events must see
  /// them.
  package mutating func undo(_ events: [Event], isOutcomeUnknown: Bool) -> [Event] {
    for event in events.reversed() { undo(event) }
    if !isOutcomeUnknown { return [] }
    let stored = Set(events.compactMap(\.firstEntryRoom))
    let made = events.filter { event in event.openedRoom.map(stored.contains) ?? false }
    for event in made { apply(event) }
    for id in stored { rooms[id]?.isStored = true }
    return made
  }

  /// Makes the state what it was before an event that was the last to be applied.
  package mutating func undo(_ event: Event) {
    switch event.kind {
    case .message(_, in: let id, _, let before): restore(id, before)
    case .topic(let change):
      rooms[change.room]?.topic = change.old
      restore(change.room, change.before)
    case .named(let nick, let isClaimed):
      sessions[event.origin] = nil
      letGo(nick, isClaimed: isClaimed)
    case .opened(let id, let name):
      forget(id, name)
      lastRoom = id.number - 1
    case .closed(let id, let name): make(id, name, isStored: false)
    case .joined(let joining):
      sessions[event.origin]?.rooms.removeLast()
      rooms[joining.room]?.leave(joining.nick)
      if joining.isFirst { lastSeat = joining.seat - 1 }
    case .parted(let parting):
      sessions[event.origin]?.rooms.insert(parting.room, at: parting.index)
      rooms[parting.room]?.enter(parting.nick, seat: parting.seat)
    case .renamed(let renaming): undo(renaming, of: event.origin)
    case .quit(let quitting):
      sessions[event.origin] = Session(
        nick: quitting.nick, isClaimed: quitting.isClaimed, rooms: quitting.rooms.map(\.id))
      hold(quitting.nick, isClaimed: quitting.isClaimed, event.origin)
      for room in quitting.rooms { rooms[room.id]?.enter(quitting.nick, seat: room.seat) }
    case .repeated, .refused, .wanted: break
    }
  }

  private mutating func restore(_ room: RoomID, _ before: RoomBefore) {
    rooms[room]?.newest = before.newest
    rooms[room]?.isStored = before.isStored
  }

  private mutating func undo(_ renaming: Renaming, of session: SessionID) {
    sessions[session]?.nick = renaming.old
    letGo(renaming.new, isClaimed: renaming.isClaimed)
    hold(renaming.old, isClaimed: renaming.isClaimed, session)
    for room in renaming.rooms.reversed() {
      rooms[room.id]?.leave(renaming.new)
      rooms[room.id]?.enter(renaming.old, seat: room.seat)
      if room.look == .arrived { lastSeat = room.seat - 1 }
    }
  }
}

extension Event {
  fileprivate var openedRoom: RoomID? {
    if case .opened(let id, _) = kind { id } else { nil }
  }

  /// The room in which it is the first entry.
  fileprivate var firstEntryRoom: RoomID? {
    switch kind {
    case .message(_, in: let id, _, let before): before.isStored ? nil : id
    case .topic(let change): change.before.isStored ? nil : change.room
    case .repeated, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .refused, .wanted: nil
    }
  }
}

/// What decisions need of the server's options. It is a value given to the state at the start, equal wherever
/// the same requests are decided.
package struct Policy: Sendable, Equatable {
  /// Rooms one session may be in at once.
  package var roomsPerSession: Int
  /// Rooms there may be in all.
  package var rooms: Int
  /// A name that only the agent may use.
  package var reserved: Nick?

  package init(roomsPerSession: Int = 1_000, rooms: Int = 1_000_000, reserved: Nick? = nil) {
    self.roomsPerSession = roomsPerSession
    self.rooms = rooms
    self.reserved = reserved
  }
}
