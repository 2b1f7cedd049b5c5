import LineProtocol

/// What a row of `messages` is, by its column `kind`.
enum StoredKind: Equatable {
  case message(Message.Kind)
  case topic

  /// The column of a topic. Kinds of messages are below it.
  static let topicValue: Int64 = 3

  /// Of a column that anybody may have edited: what no server writes is taken for a message. What is read here as a number SQL has as
  /// `CAST(kind AS INTEGER)`.
  init(_ value: Int64) {
    if value == Self.topicValue {
      self = .topic
    } else {
      self = .message(Message.Kind(rawValue: Int(truncatingIfNeeded: value)) ?? .message)
    }
  }

  var isMessage: Bool { self != .topic }
}
