import LineProtocol
import Reactor

/// The messages of a session whose outcome is not known yet, in their order: an error reply needs to know
/// which it is about.
struct MessagesInFlight {
  struct Entry {
    let room: RoomName
    let kind: Message.Kind
  }

  /// A session that has nothing in flight keeps memory for so many.
  private static let keptCapacity = 2

  private var entries = Queue<Entry>()

  var count: Int { entries.count }
  var isEmpty: Bool { entries.isEmpty }

  mutating func append(_ room: RoomName, _ kind: Message.Kind) {
    entries.append(Entry(room: room, kind: kind))
  }

  /// The oldest, whose outcome is known now; nil when none is in flight.
  mutating func removeFirst() -> Entry? { entries.popFirst(keptCapacity: Self.keptCapacity) }
}
