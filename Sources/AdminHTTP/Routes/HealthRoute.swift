import ChatCore
import Delivery
import HTTPProtocol

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
    answer: { (_, context) throws(Problem) in
      guard context.log.isHealthy, !context.order.isFull else {
        throw .unavailable(
          "Commits fail or take unusually long, or too much waits for them.", code: "commits-stall",
          retryAfter: 5)
      }
      var json = JSONWriter()
      json.beginObject()
      json.field("status", "ok")
      warnings(context.settings.log.times().warnings, into: &json)
      json.endObject()
      return .respond(HTTPResponse(.ok, json: json.bytes))
    })

  /// What a person should look at; there is no such member when that is nothing.
  private static func warnings(_ warnings: [LogTimes.Warning], into json: inout JSONWriter) {
    if warnings.isEmpty { return }
    json.key("warnings")
    json.beginArray()
    for warning in warnings {
      json.beginObject()
      json.field("code", warning.code)
      json.field("detail", warning.text)
      json.endObject()
    }
    json.endArray()
  }
}
