import ChatCore
import LineProtocol

/// What a route does next about a request. Routes decide, their connection carries it out: so they neither send nor wait.
enum RouteStep {
  case respond(HTTPResponse)
  /// Stores a message, and answers with it.
  case publish(RoomName, MessageText, as: Nick, once: MessageReference?)
  /// Asks the hub something that changes nothing.
  case ask(Request.Action, then: (Reply) throws(Problem) -> RouteStep)
  case read(HistoryQuery, then: (HistoryPage) throws(Problem) -> RouteStep)
  /// Leaves HTTP.
  case open(WebSocketOpening)
}

/// A WebSocket that was asked for rightly.
struct WebSocketOpening {
  let user: Nick
  let room: RoomName
  /// Resume behind this id; nil: begin with the newest messages.
  let after: Int64?
  /// The 101, to be sent when the hub has let the user in.
  let response: HTTPResponse
}
