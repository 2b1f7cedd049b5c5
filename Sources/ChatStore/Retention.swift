/// How long messages are kept. Without either bound, for ever.
public struct Retention: Sendable, Equatable {
  /// Older messages go.
  public var milliseconds: Int64?
  /// A room keeps this many of its newest messages.
  public var messagesPerRoom: Int?

  public init(milliseconds: Int64? = nil, messagesPerRoom: Int? = nil) {
    self.milliseconds = milliseconds
    self.messagesPerRoom = messagesPerRoom
  }

  var isForEver: Bool { milliseconds == nil && messagesPerRoom == nil }
}
