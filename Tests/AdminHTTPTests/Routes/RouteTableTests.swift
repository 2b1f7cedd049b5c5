import HTTPProtocol
import Testing

@testable import AdminHTTP

@Suite(.timeLimit(.minutes(5))) struct RouteTableTests {
  private func find(_ line: String) throws -> Result<Route, Problem> {
    let asked = request("\(line) HTTP/1.1\nHost: x\n\n")
    let found = try #require(asked)
    return Result { () throws(Problem) in try RouteTable.standard.route(for: found) }
  }

  private func problem(_ line: String) throws -> Problem? {
    if case .failure(let problem) = try find(line) { problem } else { nil }
  }

  @Test func everyRouteIsFoundByItsMethodAndPath() throws {
    for route in RouteTable.standard.routes {
      let found = try find("\(route.method.name) \(route.path)?x=y").get()
      #expect(found.summary == route.summary)
    }
  }

  @Test func headIsServedWhereGetIs() throws {
    #expect(try find("HEAD /messages").get().method == .get)
    #expect(try problem("HEAD /ws")?.status == .methodNotAllowed)
  }

  @Test(arguments: ["/message", "/messages/", "/messages/1", "/MESSAGES", "//", "/ws/"])
  func otherPathsAreNotFound(_ path: String) throws {
    #expect(try problem("GET \(path)")?.status == .notFound)
    #expect(try problem("DELETE \(path)")?.status == .notFound)
  }

  @Test(arguments: [
    ("DELETE /messages", "GET, HEAD, POST"), ("POST /ws", "GET"), ("OPTIONS /", "GET, HEAD"),
    ("PUT /rooms", "GET, HEAD"), ("get /rooms", "GET, HEAD"), ("POST /metrics", "GET, HEAD"),
  ])
  func otherMethodsAreToldWhatIsServed(line: String, allow: String) throws {
    let problem = try #require(try problem(line))
    #expect(problem.status == .methodNotAllowed)
    #expect(problem.headers == [HTTPResponse.Field(name: "Allow", value: allow)])
  }
}
