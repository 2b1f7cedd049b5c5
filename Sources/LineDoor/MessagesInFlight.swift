import LineProtocol

/// The messages of a session whose outcome is not known yet, in their order: an error reply needs to know which it is about.
struct MessagesInFlight {
  struct Entry {
    let room: RoomName
    let kind: Message.Kind
  }

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
    defer {
      first += 1
      // Half of the array at most is past, so moving the rest costs each message one step.
      if first * 2 >= entries.count {
        entries.removeFirst(first)
        first = 0
      }
    }
    return entries[first]
  }
}
