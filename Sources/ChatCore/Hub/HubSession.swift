import LineProtocol

/// A session as the hub sees it.
struct HubSession {
  var nick: Nick
  /// The nick is this session's alone (line door); else it is only a name (HTTP, WebSocket).
  var isClaimed: Bool
  var rooms: [RoomID] = []
}
