/// The content of `POST /messages`.
struct PostMessage: Equatable, Sendable {
  let user: String
  let text: String
  /// Left out or null: the room `default`.
  let room: String?
  /// Accepted and unused.
  let sessionID: String?
}

extension PostMessage {
  /// Throws 400 for what is not JSON, 422 with the member for what does not fit.
  init(json: Span<UInt8>) throws(Problem) {
    let object = try JSONValue.object(json)
    user = try object.string("user")
    text = try object.string("text")
    room = try object.optionalString("room")
    sessionID = try object.optionalString("session_id")
  }
}
