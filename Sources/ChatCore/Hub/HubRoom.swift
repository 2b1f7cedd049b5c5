import LineProtocol

/// A room as the hub sees it: ahead of the loops, for the events under way are already counted in.
struct HubRoom {
  let id: RoomID
  let name: RoomName
  /// The topic as it will be when everything under way is stored.
  private(set) var topic: Topic?
  /// Each name that is here.
  private var present: [Nick: Presence] = [:]
  /// The same names, in the order of their coming.
  private(set) var seats = SortedList<Seat>()
  private var lastSeat: Int64 = 0
  /// Stored changes whose outcome is not known yet.
  private(set) var underWay = 0
  private var topicsUnderWay = 0
  private var storedTopic: Topic?
  /// It is on disk, or may be: then it keeps its number, for no other room of this name may come beside it.
  private var isStored: Bool

  init(id: RoomID, name: RoomName, topic: Topic? = nil, isStored: Bool) {
    self.id = id
    self.name = name
    self.topic = topic
    storedTopic = topic
    self.isStored = isStored
  }

  /// Nobody is here, nothing was ever stored and nothing is about to be.
  var isForgettable: Bool { present.isEmpty && !isStored && underWay == 0 }

  mutating func submit() { underWay += 1 }

  mutating func submit(_ topic: Topic) {
    underWay += 1
    topicsUnderWay += 1
    self.topic = topic
  }

  /// Learns the outcome of one stored change. `topic`: what it set, if it was a change of topic.
  mutating func settle(_ failure: LogError?, topic changed: Topic?) {
    underWay -= 1
    switch failure {
    case nil, .outcomeUnknown: isStored = true
    default: break
    }
    guard let changed else { return }
    topicsUnderWay -= 1
    if failure == nil { storedTopic = changed }
    // What is still under way is a newer topic; its own outcome settles it.
    if topicsUnderWay == 0 { topic = storedTopic }
  }

  /// How many names are here.
  var nameCount: Int { present.count }

  /// Counts one more session. True if it is the first of its name.
  mutating func enter(_ nick: Nick) -> Bool {
    if present[nick] != nil {
      present[nick]?.sessions += 1
      return false
    }
    lastSeat += 1
    sit(nick, lastSeat)
    return true
  }

  /// Counts one session less. True if it was the last of its name.
  mutating func leave(_ nick: Nick) -> Bool {
    guard let presence = present[nick] else { return false }
    if presence.sessions > 1 {
      present[nick]?.sessions -= 1
      return false
    }
    present[nick] = nil
    seats.remove(Seat(number: presence.seat, nick: nick))
    return true
  }

  /// A session has another name. If with that the old name goes and the new one comes, the new one has the seat of the old: whoever
  /// reads the list of names meanwhile is shown one of them.
  mutating func rename(_ old: Nick, _ new: Nick) -> (isGone: Bool, isNew: Bool) {
    let seat = present[old]?.seat
    let isGone = leave(old)
    if isGone, let seat, present[new] == nil {
      sit(new, seat)
      return (true, true)
    }
    return (isGone, enter(new))
  }

  private mutating func sit(_ nick: Nick, _ number: Int64) {
    present[nick] = Presence(sessions: 1, seat: number)
    seats.insert(Seat(number: number, nick: nick))
  }

  private struct Presence {
    /// How many have the name; at least 1.
    var sessions: Int
    let seat: Int64
  }

  /// A name's place among those that are here.
  struct Seat: Comparable {
    let number: Int64
    let nick: Nick

    static func == (left: Seat, right: Seat) -> Bool { left.number == right.number }
    static func < (left: Seat, right: Seat) -> Bool { left.number < right.number }
  }
}
