package import LineProtocol

/// A room as it is found on disk at start.
package struct StoredRoom: Sendable, Equatable {
  package let id: RoomID
  package let name: RoomName
  package let topic: Topic?
  /// The id of its newest entry, also when that was removed since; 0 if there never was one.
  package let newest: Int64

  package init(id: RoomID, name: RoomName, topic: Topic?, newest: Int64 = 0) {
    self.id = id
    self.name = name
    self.topic = topic
    self.newest = newest
  }
}
