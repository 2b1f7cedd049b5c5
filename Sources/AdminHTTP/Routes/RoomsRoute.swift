import ChatCore

/// `GET /rooms`.
enum RoomsRoute {
  static let route: Route = Route(
    method: .get, path: "/rooms", summary: "List the rooms in which somebody is or something was said.",
    answers: [
      Route.Answer(status: .ok, description: "All rooms, by name.", content: .json(schema: "Rooms")),
      Route.Answer(status: .serviceUnavailable, description: "The server is stopping."),
    ],
    answer: { _, _ in
      .ask(.listRooms) { (reply) throws(Problem) in
        guard case .rooms(let rooms) = reply else { throw reply.problem }
        return .respond(HTTPResponse(.ok, json: json(rooms)))
      }
    })

  static func json(_ rooms: [RoomDescription]) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("rooms")
    json.beginArray()
    for room in rooms {
      json.beginObject()
      json.field("room", room.name.text)
      json.field("members", room.memberCount)
      if let topic = room.topic, !topic.text.isEmpty { json.field("topic", topic.text) }
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return json.bytes
  }
}
