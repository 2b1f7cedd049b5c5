import ChatCore
import HTTPProtocol

/// A request that is being answered: what its answer depends on, and how far it is.
struct HTTPAnswering {
  enum Awaited {
    case nothing
    case publication
    case answer((DirectoryAnswer) throws(Problem) -> RouteStep)
    case page((HistoryPage) throws(Problem) -> RouteStep)
    /// Responses to earlier requests are to be sent before this one's WebSocket begins.
    case drain(WebSocketOpening)
  }

  let keepAlive: Bool
  let headOnly: Bool
  var version = HTTPVersion.http11
  /// What the answer says about the pages that may read it.
  var sharing: [HTTPResponse.Field] = []
  var awaited = Awaited.nothing
  /// How the parts of a long answer are sent that has begun.
  var framing: HTTPFraming?
  /// What is to be done when the client has taken the part before.
  var next: RouteStep?
}
