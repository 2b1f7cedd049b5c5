import HTTPProtocol

/// `GET /openapi.json`: the route table as an OpenAPI 3.1 document.
enum OpenAPI {
  static let route: Route = Route(
    method: .get, path: "/openapi.json", summary: "This description.",
    answers: [
      Route.Answer(status: .ok, description: "An OpenAPI document.", content: .json(schema: "OpenAPI"))
    ],
    answer: { _, context in .respond(HTTPResponse(.ok, json: context.openAPI)) })

  static func document(of table: RouteTable) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.field("openapi", "3.1.0")
    json.key("info")
    json.beginObject()
    json.field("title", "LineChat")
    json.field("version", "1")
    json.field(
      "description",
      """
      HEAD is answered like GET, without content. Any other path is answered with 404, any other method with 405 and Allow. \
      Every refusal is application/problem+json (RFC 9457).
      """)
    json.endObject()
    json.key("paths")
    json.beginObject()
    var written: Set<String> = []
    for route in table.routes where written.insert(route.path).inserted {
      json.key(route.path)
      json.beginObject()
      for operation in table.routes where operation.path == route.path { json.operation(operation) }
      json.endObject()
    }
    json.endObject()
    json.key("components")
    json.beginObject()
    json.key("schemas")
    json.raw(Array(OpenAPISchemas.json.utf8))
    json.endObject()
    json.endObject()
    return json.bytes
  }
}

extension JSONWriter {
  fileprivate mutating func operation(_ route: Route) {
    key(route.method.name.lowercased())
    beginObject()
    field("summary", route.summary)
    if !route.parameters.isEmpty {
      key("parameters")
      beginArray()
      for parameter in route.parameters { self.parameter(parameter) }
      endArray()
    }
    if let body = route.body {
      key("requestBody")
      beginObject()
      field("required", true)
      content("application/json", schema: body)
      endObject()
    }
    key("responses")
    beginObject()
    for answer in route.allAnswers { self.answer(answer) }
    endObject()
    endObject()
  }

  private mutating func parameter(_ parameter: Route.Parameter) {
    beginObject()
    field("name", parameter.name)
    field("in", parameter.place.rawValue)
    field("description", parameter.description)
    key("schema")
    raw(Array(parameter.schema.utf8))
    endObject()
  }

  private mutating func answer(_ answer: Route.Answer) {
    key(String(answer.status.code))
    beginObject()
    field("description", answer.description)
    switch answer.content {
    case .none: break
    case .problem: content("application/problem+json", schema: "Problem")
    case .json(let schema): content("application/json", schema: schema)
    case .text(let mediaType): content(mediaType, schema: "Text")
    }
    endObject()
  }

  private mutating func content(_ mediaType: String, schema: String) {
    key("content")
    beginObject()
    key(mediaType)
    beginObject()
    key("schema")
    beginObject()
    field("$ref", "#/components/schemas/\(schema)")
    endObject()
    endObject()
    endObject()
  }
}
