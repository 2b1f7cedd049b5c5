/// Names one room: what rooms are called between hub, log and loops. Given by the hub, kept on disk, never used again.
public struct RoomID: Hashable, Sendable {
  public let number: Int64

  public init(_ number: Int64) { self.number = number }
}
