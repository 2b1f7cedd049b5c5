/// `GET /health`.
enum HealthRoute {
  static let route: Route = Route(
    method: .get, path: "/health", summary: "Tell whether messages are being stored.",
    answers: [
      Route.Answer(status: .ok, description: "They are.", content: .json(schema: "Health")),
      Route.Answer(
        status: .serviceUnavailable,
        description: "Commits fail or take unusually long, or too much waits for them."),
    ],
    answer: { (_, door) throws(Problem) in
      guard door.shard.log.isHealthy else {
        throw .unavailable(
          "Commits fail or take unusually long, or too much waits for them.", code: "commits-stall",
          retryAfter: 5)
      }
      var json = JSONWriter()
      json.beginObject()
      json.field("status", "ok")
      json.endObject()
      return .respond(HTTPResponse(.ok, json: json.bytes))
    })
}
