import LineProtocol

/// A message as the client shows it: its lines put together.
struct ChatMessage: Equatable, Sendable {
  let id: Int64
  let user: String
  /// Lines are separated by LF.
  let text: String
  /// When it was said; nil in live messages, which are said now.
  var time: Timestamp?
}
