package import LineProtocol

/// What can be asked of the ``Directory``.
package enum DirectoryQuery: Sendable, Equatable {
  /// What there is to know of one room.
  case room(RoomName)
  /// A page of the names in a room: each once, those behind the page that `after` came with. It shows the
  /// room as it is now; who comes, goes or is renamed between two pages is told by events, and a name is
  /// never missed because of them.
  case members(RoomName, after: Int64 = 0)
  /// A page of the rooms in which somebody is or something was said: those after `after`.
  case rooms(after: RoomName? = nil)
  /// Which of these nicks line sessions have.
  case holders([Nick])
  /// How many there are of what.
  case count
}

package enum DirectoryAnswer: Sendable {
  case room(RoomDescription)
  case noSuchRoom(RoomName)
  /// Some of those in a room, by name. `next`: what to ask for the others with; nil when there are none.
  case members(RoomDescription, [Nick], next: Int64?)
  /// By name.
  case rooms(Page<RoomDescription>)
  /// Those of the nicks asked for that are there, as their holders write them.
  case holders([Nick])
  /// Sessions that have a name, how many there were at most at once since the start, and rooms.
  case count(sessions: Int, mostSessions: Int, rooms: Int)
}

/// What the directory tells of a room.
package struct RoomDescription: Sendable {
  package let id: RoomID
  /// As first written.
  package let name: RoomName
  package let topic: Topic?
  /// How many names are there.
  package let memberCount: Int

  package init(id: RoomID, name: RoomName, topic: Topic?, memberCount: Int) {
    self.id = id
    self.name = name
    self.topic = topic
    self.memberCount = memberCount
  }
}

/// A part of a list that may be long.
package struct Page<Element: Sendable>: Sendable {
  package let elements: [Element]
  /// More follow.
  package let hasMore: Bool

  package init(elements: [Element], hasMore: Bool) {
    self.elements = elements
    self.hasMore = hasMore
  }

  func compactMap<Other>(_ transform: (Element) -> Other?) -> Page<Other> {
    Page<Other>(elements: elements.compactMap(transform), hasMore: hasMore)
  }
}
