public import LineProtocol

/// A room as it is found on disk at start.
public struct StoredRoom: Sendable, Equatable {
  public let id: RoomID
  public let name: RoomName
  public let topic: Topic?

  public init(id: RoomID, name: RoomName, topic: Topic?) {
    self.id = id
    self.name = name
    self.topic = topic
  }
}
