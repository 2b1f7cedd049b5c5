public import LineProtocol

/// A place in the order of everything: what a request is decided by that comes to it.
public struct Place: Sendable, Equatable {
  /// The id that the first entry made here gets.
  public let id: Int64
  /// The time that it gets.
  public let time: Timestamp

  public init(id: Int64, time: Timestamp) {
    self.id = id
    self.time = time
  }
}
