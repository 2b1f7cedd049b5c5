import LineProtocol

/// A room as the hub sees it: ahead of the loops, for the events under way are already counted in.
struct HubRoom {
  let id: RoomID
  let name: RoomName
  /// The topic as it will be when everything under way is stored.
  private(set) var topic: Topic?
  /// How many sessions there are of each name.
  private(set) var present: [Nick: Int] = [:]
  private(set) var names = SortedNames<Nick>()
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

  /// Counts one more session. True if it is the first of its name.
  mutating func enter(_ nick: Nick) -> Bool {
    present[nick, default: 0] += 1
    guard present[nick] == 1 else { return false }
    names.insert(nick)
    return true
  }

  /// Counts one session less. True if it was the last of its name.
  mutating func leave(_ nick: Nick) -> Bool {
    guard let count = present[nick] else { return false }
    present[nick] = count > 1 ? count - 1 : nil
    guard count == 1 else { return false }
    names.remove(nick)
    return true
  }
}
