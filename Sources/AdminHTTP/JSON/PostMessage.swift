/// The body of `POST /messages`.
struct PostMessage: Decodable, Equatable, Sendable {
  let user: String
  let text: String
  /// Left out or null: the room `default`.
  let room: String?
  /// Accepted and unused.
  let sessionID: String?

  enum CodingKeys: String, CodingKey {
    case user, text, room
    case sessionID = "session_id"
  }
}
