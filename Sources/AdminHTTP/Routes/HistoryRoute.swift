import ChatCore
import Delivery
import HTTPProtocol
import LineProtocol

/// `GET /messages`.
enum HistoryRoute {
  static let defaultLimit: Int64 = 50

  static let route: Route = Route(
    method: .get, path: PublishRoute.path, summary: "Read stored messages of a room, always oldest first.",
    parameters: [
      Route.Parameter(
        name: "room", description: "The room.",
        schema: ##"{"$ref":"#/components/schemas/RoomName","default":"default"}"##),
      Route.Parameter(
        name: "after", description: "The oldest messages with a greater id.",
        schema: ##"{"$ref":"#/components/schemas/ID"}"##),
      Route.Parameter(
        name: "before",
        description:
          "The newest messages with a smaller id. Not together with after; without either: the newest.",
        schema: ##"{"$ref":"#/components/schemas/ID"}"##),
      Route.Parameter(
        name: "limit", description: "How many entries at most. A page of long texts ends earlier.",
        schema: #"{"type":"integer","minimum":1,"maximum":1000,"default":50}"#),
      Route.Parameter(
        name: "kinds", description: "What is read and counted: messages, or changes of topic too.",
        schema: #"{"enum":["messages","all"],"default":"messages"}"#),
    ],
    answers: [
      Route.Answer(status: .ok, description: "A page of messages.", content: .json(schema: "Page")),
      Route.Answer(status: .notFound, description: "There is no such room."),
      Route.Answer(status: .unprocessableContent, description: "A parameter is wrong; field names it."),
      Route.Answer(status: .serviceUnavailable, description: "The log cannot be read now."),
    ],
    answer: answer)

  private static func answer(_ request: HTTPRequest, _ context: RouteContext) throws(Problem) -> RouteStep {
    let name = try RoomName(room: try request.query.single("room"))
    let range = try range(request.query, lastID: context.log.tail)
    let limit = try request.query.number("limit", 1...Int64(Limits.historyPage)) ?? defaultLimit
    let kinds = try kinds(request.query)
    return .ask(.room(name)) { answer in
      guard case .room(let room) = answer else { return .refuse(answer.problem) }
      return .read(HistoryQuery(room: room.id, range, kinds: kinds, limit: Int(limit))) { result in
        switch result {
        case .success(let page): .respond(HTTPResponse(.ok, json: json(page, range)))
        case .failure(let error): .refuse(Problem(ProtocolError(error, asked: "")))
        }
      }
    }
  }

  static func range(_ query: HTTPQuery, lastID: MessageID) throws(Problem) -> HistoryQuery.Range {
    let after = try query.after(lastID: lastID)
    let before = try query.id("before")
    switch (after, before) {
    case (nil, nil): return .newest
    case (let after?, nil): return .after(after)
    case (nil, let before?): return .before(before)
    default: throw .invalid("before", "Give after or before, not both.")
    }
  }

  static func kinds(_ query: HTTPQuery) throws(Problem) -> HistoryQuery.Kinds {
    switch try query.single("kinds") {
    case nil, "messages": .messages
    case "all": .all
    default: throw .invalid("kinds", "kinds is messages or all.")
    }
  }

  /// `next` continues in the direction of the query; a page of the newest goes on with `before`. `gap` tells
  /// what is gone: after the id asked for, or at the end of the way back.
  static func json(_ page: HistoryPage, _ range: HistoryQuery.Range) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("messages")
    json.beginArray()
    for entry in page.entries { json.entry(entry) }
    json.endArray()
    var next = page.entries.first?.id
    var gapStart: MessageID? = page.hasMore ? nil : 0
    if case .after(let after, _) = range {
      next = page.entries.last?.id
      gapStart = after
    }
    json.key("next")
    if page.hasMore, let next { json.id(next) } else { json.null() }
    if let gapStart, gapStart < page.trimmedTo {
      json.key("gap")
      json.beginArray()
      json.id(gapStart)
      json.id(page.trimmedTo)
      json.endArray()
    }
    json.endObject()
    return json.bytes
  }
}

extension DirectoryAnswer {
  /// Why it is not the answer that was asked for.
  var problem: Problem {
    switch self {
    case .noSuchRoom(let name): Problem(ProtocolError(.noSuchRoom, asked: name.text))
    case .room, .members, .rooms, .holders, .count: .internalError
    }
  }
}
