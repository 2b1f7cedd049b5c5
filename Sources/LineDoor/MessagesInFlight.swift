import LineProtocol

/// The messages of a session whose outcome is not known yet, in their order: an error reply needs to know
/// which it is about.
struct MessagesInFlight {
  struct Entry {
    let room: RoomName
    let kind: Message.Kind
  }

  /// A session that has nothing in flight keeps memory for so many.
  private static let keptCapacity = 2

  private var entries: [Entry] = []
  private var first = 0

  var count: Int { entries.count - first }
  var isEmpty: Bool { first == entries.count }

  mutating func append(_ room: RoomName, _ kind: Message.Kind) {
    entries.append(Entry(room: room, kind: kind))
  }

  /// The oldest, whose outcome is known now; nil when none is in flight.
  mutating func removeFirst() -> Entry? {
    guard first < entries.count else { return nil }
    let entry = entries[first]
    first += 1
    if first == entries.count {
      entries.removeAll(keepingCapacity: first <= Self.keptCapacity)
      first = 0
    } else if first * 2 >= entries.count {
      // Half of the array at most is past, so moving the rest costs each message one step.
      entries.removeFirst(first)
      first = 0
    }
    return entry
  }
}
