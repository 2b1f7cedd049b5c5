/// The content of `POST /messages`.
public struct PostMessage: Equatable, Sendable {
  public let user: String
  public let text: String
  /// Left out or null: the room `default`.
  public let room: String?
  /// Accepted and unused.
  let sessionID: String?
}

extension PostMessage {
  /// What others call a room. Ignored, like any unknown member, it would put the message into the wrong one.
  private static let otherNamesOfRoom = ["room", "channel", "topic", "target", "to_room"]

  /// Throws 400 for what is not JSON, 422 with the member for what does not fit.
  public init(json: Span<UInt8>) throws(Problem) {
    let object = try JSONValue.object(json)
    user = try object.string("user")
    text = try object.string("text")
    room = try object.optionalString("room")
    if room == nil, let name = object.names.first(where: { Self.otherNamesOfRoom.contains($0.lowercased()) })
    {
      throw .invalid(name, "\(name) is not known here; the room goes into the member room.")
    }
    sessionID = try object.optionalString("session_id")
  }
}
