package import LineProtocol

/// Something that happened, at its place in the order: what it was, whom it concerns, and who caused it.
///
/// Whatever must hold after a restart is an *entry*: a row of the log with the next id. The rest has its
/// place in the order and no row. An event also holds what ``ChatState`` needs to take it back.
package struct Event: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// An entry: a message was said.
    case message(Message, in: RoomID, once: MessageReference?, before: RoomBefore)
    /// An entry: a room has another topic.
    indirect case topic(TopicChange)
    /// A message was said before, under the same reference: it is the one that was stored then.
    case repeated(Message)
    /// A session has its first name. `isClaimed`: the nick is its alone (line door), else it is only a name.
    indirect case named(Nick, isClaimed: Bool)
    /// A room was made: somebody is about to enter it, or something to be said in it.
    indirect case opened(RoomID, RoomName)
    /// A room is forgotten: nobody is there and nothing was ever stored in it.
    indirect case closed(RoomID, RoomName)
    indirect case joined(Joining)
    indirect case parted(Parting)
    indirect case renamed(Renaming)
    indirect case quit(Quitting)
    /// Nothing came of a request.
    indirect case refused(Refusal)
    /// Somebody asked for the nick of this session, which may be gone without having said so.
    case wanted(SessionID)
  }

  /// Whom an event concerns besides the session that caused it.
  package enum Audience: Sendable, Equatable {
    case nobody
    case room(RoomID)
    /// Everybody who shares one of these rooms with the origin.
    case rooms([RoomID])
    case session(SessionID)
  }

  /// Who asked for it, and is told the outcome.
  package let origin: SessionID
  package let kind: Kind

  package init(origin: SessionID, _ kind: Kind) {
    self.origin = origin
    self.kind = kind
  }

  /// See ``Renaming/halves(of:)`` for what else is seen of a change of name.
  package var audience: Audience {
    switch kind {
    case .message(_, in: let room, _, _): .room(room)
    case .topic(let change): .room(change.room)
    case .joined(let joining): joining.isFirst ? .room(joining.room) : .nobody
    case .parted(let parting): parting.isLast ? .room(parting.room) : .nobody
    // Where it is not seen as a change of name, its halves are seen.
    case .renamed(let renaming): .rooms(renaming.rooms.filter { $0.look == .renamed }.map(\.id))
    case .quit(let quitting): .rooms(quitting.rooms.filter(\.isLast).map(\.id))
    case .wanted(let holder): .session(holder)
    case .repeated, .named, .opened, .closed, .refused: .nobody
    }
  }

  /// The id of an entry; nil for what has no row.
  package var entryID: MessageID? {
    switch kind {
    case .message(let message, _, _, _): message.id
    case .topic(let change): change.id
    case .repeated, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .refused, .wanted: nil
    }
  }
}

/// What a room was before an entry was made in it.
package struct RoomBefore: Sendable, Equatable {
  /// It had a row on disk, or may have had one.
  package let isStored: Bool
  /// The id of its newest entry; 0 before the first.
  package let newest: MessageID

  package init(isStored: Bool, newest: MessageID) {
    self.isStored = isStored
    self.newest = newest
  }
}

/// What a room's topic is, by whom and since when.
package struct Topic: Sendable, Hashable {
  /// Empty when the topic was taken away.
  package let text: String
  package let author: String
  package var time: Timestamp

  package init(text: String, author: String, time: Timestamp) {
    self.text = text
    self.author = author
    self.time = time
  }
}

package struct TopicChange: Sendable, Equatable {
  package let id: MessageID
  package let room: RoomID
  package let name: RoomName
  package let topic: Topic
  package let old: Topic?
  package let before: RoomBefore

  /// As it stands in the log.
  package var stored: StoredTopic { StoredTopic(id: id, room: name.text, topic: topic) }
}

package struct Joining: Sendable, Equatable {
  package let room: RoomID
  /// The room's name as first written.
  package let name: RoomName
  package let nick: Nick
  /// The id of the room's newest entry at this place; 0 if there is none.
  package let newest: MessageID
  /// What was asked to be resumed from.
  package let after: MessageID?
  /// The first session of this name in the room: the others are shown it.
  package let isFirst: Bool
  /// The name's place in the list of names.
  package let seat: Int64
}

package struct Parting: Sendable, Equatable {
  package let room: RoomID
  package let name: RoomName
  package let nick: Nick
  package let reason: String?
  /// The last session of this name there: the others are shown it.
  package let isLast: Bool
  package let seat: Int64
  /// Which of the session's rooms it was.
  package let index: Int
}

package struct Renaming: Sendable, Equatable {
  /// How a change of name looks in a room. Where other sessions keep the old name, or the new one was there
  /// before, it is not seen as one.
  package enum Look: UInt8, Sendable {
    case renamed
    /// The old name goes and the new one comes, but one of them is somewhere else too: as a change of name it
    /// would be one there as well.
    case replaced
    /// The old name stays, the new one comes.
    case arrived
    /// The old name goes, the new one was there.
    case departed
    case unseen
  }

  package struct Room: Sendable, Equatable {
    package let id: RoomID
    package let name: RoomName
    package let look: Look
    /// The place in the list of names that the new name has, or that the old one had if only that went.
    package let seat: Int64

    /// Another session has the old name there.
    package var keepsOldName: Bool {
      switch look {
      case .renamed, .replaced, .departed: false
      case .arrived, .unseen: true
      }
    }
  }

  package let old: Nick
  package let new: Nick
  /// The session has its nick for itself alone, the old one as the new one.
  package let isClaimed: Bool
  /// All rooms of the session.
  package let rooms: [Room]

  /// What is seen in rooms where it is not seen as a change of name: the new name comes, or the old one goes.
  package func halves(of session: SessionID) -> [Event] {
    rooms.flatMap { room in
      switch room.look {
      case .renamed, .unseen: [] as [Event]
      case .replaced: [departure(from: room, of: session), arrival(in: room, of: session)]
      case .arrived: [arrival(in: room, of: session)]
      case .departed: [departure(from: room, of: session)]
      }
    }
  }

  private func arrival(in room: Room, of session: SessionID) -> Event {
    Event(
      origin: session,
      .joined(
        Joining(
          room: room.id, name: room.name, nick: new, newest: 0, after: nil, isFirst: true, seat: room.seat)))
  }

  private func departure(from room: Room, of session: SessionID) -> Event {
    Event(
      origin: session,
      .parted(
        Parting(
          room: room.id, name: room.name, nick: old, reason: nil, isLast: true, seat: room.seat, index: 0)))
  }
}

package struct Quitting: Sendable, Equatable {
  package struct Room: Sendable, Equatable {
    package let id: RoomID
    package let name: RoomName
    package let isLast: Bool
    package let seat: Int64
  }

  package let nick: Nick
  package let isClaimed: Bool
  package let reason: String
  /// No other session has the name: it is nowhere any more.
  package let isNameGone: Bool
  /// All rooms of the session.
  package let rooms: [Room]
}

package struct Refusal: Sendable, Equatable {
  package let verb: Request.Verb
  package let error: ProtocolError

  package init(_ verb: Request.Verb, _ error: ProtocolError) {
    self.verb = verb
    self.error = error
  }
}
