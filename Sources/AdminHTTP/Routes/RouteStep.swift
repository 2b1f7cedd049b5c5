import ChatCore
import HTTPProtocol
import LineProtocol

/// What a route does next about a request. Routes decide, their connection carries it out: so they neither send nor wait.
indirect enum RouteStep {
  case respond(HTTPResponse)
  /// Stores a message, and answers with it.
  case publish(RoomName, MessageText, as: Nick, once: MessageReference?)
  /// Asks the directory.
  case ask(DirectoryQuery, then: (DirectoryAnswer) throws(Problem) -> RouteStep)
  case read(HistoryQuery, then: (HistoryPage) throws(Problem) -> RouteStep)
  /// Sends a part of content that may be too long to be held whole. `next` is done when the client has taken it; nil: it was the
  /// last part. `of`: the response that the first part begins, without a body.
  case part([UInt8], of: HTTPResponse, next: RouteStep?)
  /// Leaves HTTP.
  case open(WebSocketOpening)
}

/// A WebSocket that was asked for rightly.
struct WebSocketOpening {
  let user: Nick
  let room: RoomName
  /// Resume behind this id; nil: begin with the newest messages.
  let after: Int64?
  /// The 101, to be sent when the user has entered.
  let response: HTTPResponse
}
