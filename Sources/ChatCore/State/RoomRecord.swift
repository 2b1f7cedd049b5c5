import LineProtocol

/// A room as decisions see it.
struct RoomRecord: Sendable, Equatable {
  let id: RoomID
  let name: RoomName
  var topic: Topic?
  /// The id of its newest entry; 0 if there is none.
  var newest: MessageID
  /// It has a row on disk, or may have: then it keeps its number, for no other room of this name may come
  /// beside it.
  var isStored: Bool
  /// Each name that is here.
  private var present: [Nick: Presence] = [:]

  /// A name's presence.
  struct Presence: Sendable, Equatable {
    /// Its place in the list of names.
    let seat: Int64
    /// How many sessions have the name; at least 1.
    var sessions: Int32 = 1
  }

  init(id: RoomID, name: RoomName, topic: Topic? = nil, newest: MessageID = 0, isStored: Bool) {
    self.id = id
    self.name = name
    self.topic = topic
    self.newest = newest
    self.isStored = isStored
  }

  /// Nobody is here, and nothing was ever stored.
  var isForgettable: Bool { present.isEmpty && !isStored }
  var before: RoomBefore { RoomBefore(isStored: isStored, newest: newest) }

  /// nil when nobody of this name is here.
  func presence(of nick: Nick) -> Presence? { present[nick] }

  /// One session more of a name. `seat`: its place, if it is the first.
  mutating func enter(_ nick: Nick, seat: Int64) {
    if present[nick] == nil {
      present[nick] = Presence(seat: seat)
    } else {
      present[nick]?.sessions += 1
    }
  }

  /// One session less of a name that is here.
  mutating func leave(_ nick: Nick) {
    guard let presence = present[nick] else { return assertionFailure("nobody of this name is here") }
    if presence.sessions > 1 {
      present[nick]?.sessions -= 1
    } else {
      present[nick] = nil
    }
  }

  /// The names and their presence, in the order of their coming.
  var seated: [(nick: Nick, presence: Presence)] {
    present.map { ($0.key, $0.value) }.sorted { $0.1.seat < $1.1.seat }
  }

  /// Puts back a name as it was saved.
  mutating func restore(_ nick: Nick, _ presence: Presence) { present[nick] = presence }
}

/// Names one room: what rooms are called between state, log and loops of one node. Given in the order of
/// their making, kept on disk, never used again.
package struct RoomID: Hashable, Sendable {
  package let number: Int64

  package init(_ number: Int64) { self.number = number }
}
