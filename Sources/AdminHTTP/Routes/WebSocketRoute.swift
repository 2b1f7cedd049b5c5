import ChatCore
import Delivery
import HTTPProtocol
import LineProtocol

/// `GET /ws`: the way from HTTP to WebSocket.
enum WebSocketRoute {
  static let path = "/ws"

  static let route: Route = Route(
    method: .get, path: path,
    summary:
      "Open a WebSocket on a room: its last 20 messages, or everything after an id, then what happens.",
    parameters: [
      Route.Parameter(
        name: "user", description: "The name to speak under.",
        schema: ##"{"$ref":"#/components/schemas/Nick","default":"john"}"##),
      Route.Parameter(
        name: "room", description: "The room.",
        schema: ##"{"$ref":"#/components/schemas/NewRoomName","default":"default"}"##),
      Route.Parameter(
        name: "after", description: "Resume: begin behind this id in place of the last 20.",
        schema: ##"{"$ref":"#/components/schemas/ID"}"##),
    ],
    answers: [
      Route.Answer(
        status: .switchingProtocols, description: "The connection is a WebSocket now.", content: .none),
      Route.Answer(status: .forbidden, description: "The Origin is neither this server nor an allowed one."),
      Route.Answer(status: .unprocessableContent, description: "A parameter is wrong; field names it."),
      Route.Answer(
        status: .upgradeRequired, description: "The request does not ask for WebSocket version 13."),
      Route.Answer(
        status: .serviceUnavailable, description: "There are too many rooms, or the server is stopping."),
    ],
    answer: answer)

  private static func answer(_ request: HTTPRequest, _ context: RouteContext) throws(Problem) -> RouteStep {
    let response = try WebSocketHandshake.accept(request)
    guard context.origins.permits(request.headers.all("origin"), host: request.host) else {
      throw .forbidden("Pages of this origin may not open a WebSocket here; --allow-origin lets them.")
    }
    let opening = WebSocketOpening(
      user: try Nick(user: try request.query.single("user") ?? "john"),
      room: try RoomName(room: try request.query.single("room")),
      after: try request.query.after(lastID: context.log.tail),
      response: response)
    // Responses to earlier requests are to be sent before.
    return .page([], next: .own(.takeOver(opening)))
  }
}
