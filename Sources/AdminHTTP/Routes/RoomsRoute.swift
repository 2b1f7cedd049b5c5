import ChatCore
import Delivery
import HTTPProtocol
import LineProtocol

/// `GET /rooms`.
enum RoomsRoute {
  static let route: Route = Route(
    method: .get, path: "/rooms", summary: "List the rooms in which somebody is or something was said.",
    answers: [
      Route.Answer(status: .ok, description: "All rooms, by name.", content: .json(schema: "Rooms")),
      Route.Answer(status: .serviceUnavailable, description: "The server is stopping."),
    ],
    answer: { _, _ in page(after: nil) })

  /// The rooms are asked for page by page, as the client takes them: so it does not matter how many there
  /// are.
  private static func page(after last: RoomName?) -> RouteStep {
    .ask(.rooms(after: last)) { answer in
      guard case .rooms(let page) = answer else { return .refuse(answer.problem) }
      let part = json(page, isFirst: last == nil)
      guard page.hasMore else { return last == nil ? .respond(HTTPResponse(.ok, json: part)) : .say(part) }
      let next = RouteStep.page(part, next: Self.page(after: page.elements.last?.name))
      return last == nil ? .steps([.own(.begin(HTTPResponse(.ok, json: []))), next]) : next
    }
  }

  /// A piece of `{"rooms":[…]}`.
  static func json(_ page: Page<RoomDescription>, isFirst: Bool) -> [UInt8] {
    var json: [UInt8] = []
    if isFirst { json.append("{\"rooms\":[") }
    for (index, room) in page.elements.enumerated() {
      if index > 0 || !isFirst { json.append(UInt8(ascii: ",")) }
      json.append(contentsOf: Self.json(room))
    }
    if !page.hasMore { json.append("]}") }
    return json
  }

  private static func json(_ room: RoomDescription) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.field("room", room.name.text)
    json.field("members", room.memberCount)
    if let topic = room.topic, !topic.text.isEmpty { json.field("topic", topic.text) }
    json.endObject()
    return json.bytes
  }
}
