import FoundationEssentials
import HTTPProtocol
import Testing

@testable import AdminHTTP

@Suite(.timeLimit(.minutes(5))) struct OpenAPITests {
  private struct Document: Decodable {
    struct Operation: Decodable {
      struct Response: Decodable {
        let description: String
        let content: [String: Content]?
      }
      struct Content: Decodable {
        let schema: [String: String]
      }
      let responses: [String: Response]
      let requestBody: Body?
      struct Body: Decodable {
        let content: [String: Content]
      }
    }
    struct Components: Decodable {
      struct Schema: Decodable {}
      let schemas: [String: Schema]
    }

    let openapi: String
    let paths: [String: [String: Operation]]
    let components: Components
  }

  private func document() throws -> Document {
    try JSONDecoder().decode(Document.self, from: Data(OpenAPI.document(of: .standard)))
  }

  @Test func isStrictJSON() throws {
    _ = try JSONValue.object(OpenAPI.document(of: .standard).span)
  }

  @Test func listsEveryStatusOfEveryRoute() throws {
    let document = try document()
    #expect(document.openapi == "3.1.0")
    for route in RouteTable.standard.routes {
      let operation = try #require(document.paths[route.path]?[route.method.name.lowercased()])
      let statuses = Set(operation.responses.keys.compactMap(Int.init))
      #expect(statuses == Set((route.answers + Route.commonAnswers).map(\.status.code)), "\(route.path)")
    }
    #expect(document.paths.values.map(\.count).reduce(0, +) == RouteTable.standard.routes.count)
  }

  @Test func everySchemaThatIsNamedIsThere() throws {
    let document = try document()
    let operations = document.paths.values.flatMap(\.values)
    let contents =
      operations.flatMap { $0.responses.values.compactMap(\.content) }
      + operations.compactMap(\.requestBody?.content)
    for schema in contents.flatMap(\.values).compactMap({ $0.schema["$ref"] }) {
      let name = try #require(schema.split(separator: "/").last)
      #expect(document.components.schemas[String(name)] != nil, "\(schema)")
    }
  }

  @Test func refusalsAreProblems() throws {
    for operation in try document().paths.values.flatMap(\.values) {
      for (status, response) in operation.responses where status >= "4" {
        #expect(response.content?.keys.first == "application/problem+json")
      }
    }
  }
}
