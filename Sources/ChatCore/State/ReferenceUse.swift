package import LineProtocol

/// What an earlier use of a message's reference means for it: what is on disk and a decision needs.
package enum ReferenceUse: Sendable, Equatable {
  case unused
  /// It was this message: its id and time.
  case same(id: Int64, time: Timestamp)
  /// It was another message.
  case different
}
