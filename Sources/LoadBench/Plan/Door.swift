/// A way into the server.
package enum Door: String, CaseIterable, Sendable {
  case plain, irc
  /// A WebSocket.
  case ws
  /// `POST /messages`; sends only.
  case http

  var canListen: Bool { self != .http }
}
