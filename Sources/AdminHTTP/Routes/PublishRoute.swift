import ChatCore
import Delivery
import HTTPProtocol
import LineProtocol

/// `POST /messages`.
enum PublishRoute {
  static let path = "/messages"

  static let route: Route = Route(
    method: .post, path: path, summary: "Publish a message. The room is made if it is not there.",
    parameters: [
      Route.Parameter(
        name: "Idempotency-Key", place: .header,
        description: "Makes it safe to send the message again: it is stored once.",
        schema: ##"{"$ref":"#/components/schemas/IdempotencyKey"}"##)
    ],
    body: "NewMessage",
    answers: [
      Route.Answer(
        status: .created, description: "The message is on disk; Location leads to it.",
        content: .json(schema: "Published")),
      Route.Answer(status: .forbidden, description: "A browser's page of a foreign origin."),
      Route.Answer(status: .lengthRequired, description: "The request does not say how long its content is."),
      Route.Answer(status: .unsupportedMediaType, description: "The content is not application/json."),
      Route.Answer(
        status: .unprocessableContent,
        description:
          "A member of the content is wrong, or the Idempotency-Key was used for another message; field names it."
      ),
      Route.Answer(
        status: .internalServerError,
        description: "The log failed; the message may be stored (outcome-unknown)."),
      Route.Answer(status: .serviceUnavailable, description: "Nothing was stored; try again later."),
    ],
    checkHead: checkHead, answer: answer)

  private static func checkHead(_ request: HTTPRequest) throws(Problem) {
    guard request.hasContent(of: "application/json") else { throw .unsupportedMediaType }
  }

  private static func answer(_ request: HTTPRequest, _ context: RouteContext) throws(Problem) -> RouteStep {
    guard request.hasBody else { throw .lengthRequired }
    try checkHead(request)
    if context.order.isFull { throw Problem(.logFull, ErrorCode.logFull.reason) }
    let message = try PostMessage(json: request.body.span)
    let user = try Nick(user: message.user)
    let room = try RoomName(room: message.room)
    let text = try MessageText(text: message.text)
    return .request(.post(room, text, as: user, .user, once: try reference(request)), then: tell)
  }

  private static func tell(_ event: Event) -> RouteStep {
    switch event.kind {
    case .message(let message, _, _, _), .repeated(let message): .own(.published(message))
    case .refused(let refusal): .refuse(Problem(refusal.error))
    case .topic, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .wanted:
      .refuse(.internalError)
    }
  }

  /// Who wants to publish something by `request`, if it says so rightly.
  static func user(of request: HTTPRequest) -> String? {
    guard request.method == .post, request.path == path,
      let message = try? PostMessage(json: request.body.span), let user = try? Nick(user: message.user)
    else { return nil }
    return user.text
  }

  /// `Idempotency-Key`, a string of structured fields (RFC 9651 §3.3.3), with or without its quotes.
  private static func reference(_ request: HTTPRequest) throws(Problem) -> MessageReference? {
    let keys = request.headers.all("Idempotency-Key")
    guard let key = keys.first else { return nil }
    if keys.count > 1 { throw Problem(.badReference, "there is more than one key") }
    let isQuoted = key.count >= 2 && key.first == "\"" && key.last == "\""
    do throws(NameError) {
      return try MessageReference(isQuoted ? String(key.dropFirst().dropLast()) : key)
    } catch {
      throw Problem(.badReference, error.reason)
    }
  }

  /// The 201, written in one piece: this is the door's hot path.
  static func response(
    to message: Message, keepAlive: Bool, headers: [HTTPResponse.Field] = [], date: String
  ) -> [UInt8] {
    var body = JSONWriter()
    body.beginObject()
    body.field("status", "published")
    body.field("id", message.id)
    body.field("room", message.room)
    body.field("ts", message.time.description)
    body.endObject()
    var response: [UInt8] = []
    response.reserveCapacity(512)
    response.append("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nLocation: /messages?room=")
    PercentCoding.encode(message.room, into: &response)
    response.append("&after=")
    response.append(decimal: Int(message.id.previous.number))
    response.append("&limit=1\r\n")
    for field in headers { field.encode(into: &response) }
    response.append("Date: ")
    response.append(contentsOf: date.utf8)
    response.append("\r\nContent-Length: ")
    response.append(decimal: body.bytes.count)
    response.append(keepAlive ? "\r\nConnection: keep-alive\r\n\r\n" : "\r\nConnection: close\r\n\r\n")
    response.append(contentsOf: body.bytes)
    return response
  }
}
