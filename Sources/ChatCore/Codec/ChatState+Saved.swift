import LineProtocol

/// The state as bytes. Those of equal histories are equal: rooms and sessions stand in the order of their
/// numbers.
///
/// What follows from something else (how many sessions a name has in a room, who holds a nick) is not
/// written.
extension ChatState {
  private static let savedVersion: UInt8 = 1
  private static let numbers: ClosedRange<Int64> = 0...1 << 53
  private static let ids: ClosedRange<MessageID> = .zero...MessageID(1 << 53)
  /// Topics come from a database that others can write.
  private static let longestTopic = Int(UInt16.max)

  package func save() -> [UInt8] {
    var writer = ByteWriter()
    writer.integer(Self.savedVersion)
    writer.number(lastRoom)
    writer.number(lastSeat)
    let rooms = rooms.values.sorted { $0.id.number < $1.id.number }
    writer.count(rooms.count)
    for room in rooms { Self.save(room, &writer) }
    let sessions = sessions.sorted { $0.key.precedes($1.key) }
    writer.count(sessions.count)
    for (id, session) in sessions {
      writer.session(id)
      writer.nick(session.nick)
      writer.flag(session.isClaimed)
      writer.count(session.rooms.count)
      for room in session.rooms { writer.number(room.number) }
    }
    return writer.bytes
  }

  private static func save(_ room: RoomRecord, _ writer: inout ByteWriter) {
    writer.number(room.id.number)
    writer.roomName(room.name)
    writer.optional(room.topic) { writer, topic in
      writer.string(topic.text, limit: longestTopic)
      writer.string(topic.author, limit: longestTopic)
      writer.time(topic.time)
    }
    writer.id(room.newest)
    writer.flag(room.isStored)
    let seated = room.seated
    writer.count(seated.count)
    for (nick, presence) in seated {
      // The key, for how a name is written here depends on who was the first of several to come, and reaches
      // no event.
      writer.string(nick.key, limit: Limits.nick)
      writer.number(presence.seat)
    }
  }

  // MARK: Loading

  private typealias Seats = [RoomID: [Nick: Int64]]

  /// Loads what ``save()`` wrote, which is all of `bytes`. `policy` is no part of it.
  package init(saved bytes: [UInt8], policy: Policy) throws(CodecError) {
    var reader = ByteReader(bytes)
    let version = try reader.byte()
    if version != Self.savedVersion { throw CodecError("states of form \(version) are unknown", at: 0) }
    let lastRoom = try reader.number("the last room's number", in: Self.numbers)
    let lastSeat = try reader.number("the last seat", in: Self.numbers)
    var (rooms, seats) = try Self.rooms(&reader, lastRoom: lastRoom, lastSeat: lastSeat)
    let sessions = try Self.sessions(&reader, &rooms, seats)
    try reader.checkEnd()
    for (id, seats) in seats where seats.contains(where: { rooms[id]?.presence(of: $0.key) == nil }) {
      throw CodecError("a name in room \(id.number) is no session's", at: reader.offset)
    }
    if let room = rooms.values.first(where: \.isForgettable) {
      throw CodecError("room \(room.id.number) should have been forgotten", at: reader.offset)
    }
    self.init(policy: policy, sessions: sessions, rooms: rooms, lastRoom: lastRoom, lastSeat: lastSeat)
  }

  private static func rooms(
    _ reader: inout ByteReader, lastRoom: Int64, lastSeat: Int64
  ) throws(CodecError) -> ([RoomID: RoomRecord], Seats) {
    var rooms: [RoomID: RoomRecord] = [:]
    var seats: Seats = [:]
    var names: Set<RoomName> = []
    var taken: Set<Int64> = []
    var last: Int64 = 0
    for _ in 0..<(try reader.count(of: 25)) {
      let start = reader.offset
      let room = try self.room(&reader)
      guard room.id.number > last, room.id.number <= lastRoom else {
        throw CodecError("room \(room.id.number) is out of order", at: start)
      }
      guard names.insert(room.name).inserted else {
        throw CodecError("two rooms have the name of room \(room.id.number)", at: start)
      }
      last = room.id.number
      rooms[room.id] = room
      seats[room.id] = try self.seats(&reader, &taken, last: lastSeat)
    }
    return (rooms, seats)
  }

  private static func room(_ reader: inout ByteReader) throws(CodecError) -> RoomRecord {
    let id = RoomID(try reader.number("a room's number", in: numbers))
    let name = try reader.roomName()
    let topic = try reader.optional { reader throws(CodecError) in
      Topic(
        text: try reader.string(limit: longestTopic), author: try reader.string(limit: longestTopic),
        time: try reader.time())
    }
    let newest = try reader.id("an id", in: ids)
    let start = reader.offset
    let isStored = try reader.flag()
    if !isStored, newest > 0 || topic != nil {
      throw CodecError("room \(id.number) has entries and is not stored", at: start)
    }
    return RoomRecord(id: id, name: name, topic: topic, newest: newest, isStored: isStored)
  }

  /// The seat of each name in a room, rising. `taken`: those of rooms before.
  private static func seats(
    _ reader: inout ByteReader, _ taken: inout Set<Int64>, last: Int64
  ) throws(CodecError) -> [Nick: Int64] {
    var seats: [Nick: Int64] = [:]
    var before: Int64 = 0
    for _ in 0..<(try reader.count(of: 11)) {
      let start = reader.offset
      let nick = try reader.nick()
      let seat = try reader.number("a seat", in: numbers)
      guard nick.text == nick.key, seats.updateValue(seat, forKey: nick) == nil else {
        throw CodecError("the name \(nick.key) is there twice or not in small letters", at: start)
      }
      guard seat > before, seat <= last, taken.insert(seat).inserted else {
        throw CodecError("seat \(seat) is out of order or taken", at: start)
      }
      before = seat
    }
    return seats
  }

  /// The sessions, who enter their rooms.
  private static func sessions(
    _ reader: inout ByteReader, _ rooms: inout [RoomID: RoomRecord], _ seats: Seats
  ) throws(CodecError) -> [SessionID: Session] {
    var sessions: [SessionID: Session] = [:]
    var claimed: Set<Nick> = []
    var last: SessionID?
    for _ in 0..<(try reader.count(of: 24)) {
      let start = reader.offset
      let id = try reader.session()
      if let last, !last.precedes(id) { throw CodecError("a session is out of order", at: start) }
      last = id
      var session = Session(nick: try reader.nick(), isClaimed: try reader.flag())
      if session.isClaimed, !claimed.insert(session.nick).inserted {
        throw CodecError("two sessions claim \(session.nick.text)", at: start)
      }
      for _ in 0..<(try reader.count(of: 8)) {
        let start = reader.offset
        let room = RoomID(try reader.number("a room's number", in: numbers))
        guard let seat = seats[room]?[session.nick], !session.rooms.contains(room) else {
          throw CodecError("a session is in room \(room.number) twice, or has no seat there", at: start)
        }
        session.rooms.append(room)
        rooms[room]?.enter(session.nick, seat: seat)
      }
      sessions[id] = session
    }
    return sessions
  }
}

extension SessionID {
  /// The order in which sessions are written. It means nothing else.
  fileprivate func precedes(_ other: SessionID) -> Bool {
    (node, loop, incarnation, serial) < (other.node, other.loop, other.incarnation, other.serial)
  }
}
