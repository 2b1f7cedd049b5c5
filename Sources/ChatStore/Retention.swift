/// How long messages are kept. Without either bound, for ever.
package struct Retention: Sendable, Equatable {
  /// Older messages go.
  package var milliseconds: Int64?
  /// A room keeps this many of its newest messages.
  package var messagesPerRoom: Int?

  package init(milliseconds: Int64? = nil, messagesPerRoom: Int? = nil) {
    self.milliseconds = milliseconds
    self.messagesPerRoom = messagesPerRoom
  }

  var isForEver: Bool { milliseconds == nil && messagesPerRoom == nil }
}
