import LineProtocol

/// A room as the hub sees it: ahead of the loops, for the events under way are already counted in.
struct HubRoom {
  let id: RoomID
  let name: RoomName
  /// The topic as it will be when everything under way is stored.
  var topic: Topic?
  /// How many sessions there are of each name.
  private(set) var present: [Nick: Int] = [:]
  /// Stored changes whose outcome is not known yet.
  private(set) var underWay = 0
  private var storedTopic: Topic?
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

  /// Learns the outcome of one stored change. `topic`: what it set, if it was a change of topic.
  mutating func settle(succeeded: Bool, topic changed: Topic?) {
    underWay -= 1
    if succeeded {
      isStored = true
      if let changed { storedTopic = changed }
    }
    // What is still under way may be a newer topic; its own outcome settles it.
    if underWay == 0 { topic = storedTopic }
  }

  /// Counts one more session. True if it is the first of its name.
  mutating func enter(_ nick: Nick) -> Bool {
    present[nick, default: 0] += 1
    return present[nick] == 1
  }

  /// Counts one session less. True if it was the last of its name.
  mutating func leave(_ nick: Nick) -> Bool {
    guard let count = present[nick] else { return false }
    present[nick] = count > 1 ? count - 1 : nil
    return count == 1
  }
}
