import HTTPProtocol

/// One thing that can be asked of the server, with everything that `/openapi.json` says about it.
struct Route: Sendable {
  /// A query parameter, or a header field.
  struct Parameter: Sendable {
    enum Place: String, Sendable { case query, header }

    let name: String
    var place = Place.query
    let description: String
    /// As a JSON Schema.
    let schema: String
  }

  /// A status that the route can answer, and when.
  struct Answer: Sendable {
    let status: HTTPStatus
    let description: String
    var content = Content.problem
  }

  enum Content: Sendable {
    case none
    case problem
    /// `schema` names a component of the OpenAPI document.
    case json(schema: String)
    case text(mediaType: String)
  }

  let method: HTTPMethod
  let path: String
  let summary: String
  var parameters: [Parameter] = []
  /// The component that the request's JSON content must fit.
  var body: String?
  let answers: [Answer]
  /// Refuses what can be refused before the content is sent.
  var checkHead: @Sendable (HTTPRequest) throws(Problem) -> Void = { _ in }
  let answer: @Sendable (HTTPRequest, RouteContext) throws(Problem) -> RouteStep
}

extension Route {
  /// What can be refused before it is known what is asked for.
  static let commonAnswers: [Answer] = [
    Answer(status: .badRequest, description: "The request is malformed."),
    Answer(status: .requestTimeout, description: "The request did not arrive in time."),
    Answer(status: .contentTooLarge, description: "The content is too long."),
    Answer(status: .uriTooLong, description: "The request target is too long."),
    Answer(status: .expectationFailed, description: "Expect names something other than 100-continue."),
    Answer(
      status: .misdirectedRequest, description: "The name in Host is none of this server's; see --allow-host."
    ),
    Answer(status: .tooManyRequests, description: "Too many requests; Retry-After says how long to wait."),
    Answer(status: .requestHeaderFieldsTooLarge, description: "The header fields are too long or too many."),
    Answer(status: .notImplemented, description: "The transfer coding is not known."),
    Answer(status: .httpVersionNotSupported, description: "The version is neither HTTP/1.1 nor HTTP/1.0."),
  ]

  /// Every status that the route can answer, each once, in their order.
  var allAnswers: [Answer] {
    let own = Set(answers.map(\.status))
    return (answers + Self.commonAnswers.filter { !own.contains($0.status) }).sorted {
      $0.status.code < $1.status.code
    }
  }
}

/// All routes: what is served, refused with 404 or 405, and described follows from this table.
struct RouteTable: Sendable {
  let routes: [Route]

  static let standard: RouteTable = RouteTable(routes: [
    PublishRoute.route, HistoryRoute.route, WebSocketRoute.route, RoomsRoute.route, HealthRoute.route,
    MetricsRoute.route, OpenAPI.route, HomePage.route,
  ])

  /// Throws 404 for a path that no route has, 405 for a method that the path's routes do not serve.
  func route(for request: HTTPRequest) throws(Problem) -> Route {
    let method = request.method == .head ? .get : request.method
    for route in routes where route.path == request.path && route.method == method {
      if request.method == .head, !route.servesHead { break }
      return route
    }
    let allowed = self.allowed(at: request.path)
    if allowed.isEmpty { throw .notFound(request.path) }
    throw .methodNotAllowed(request.method.name, allow: allowed.joined(separator: ", "))
  }

  /// The methods served at a path.
  func allowed(at path: String) -> [String] {
    routes.filter { $0.path == path }.flatMap { $0.servesHead ? [$0.method.name, "HEAD"] : [$0.method.name] }
      .sorted()
  }
}

extension Route {
  /// HEAD is GET without the content (RFC 9110 §9.3.2); a WebSocket has none (RFC 6455 §4.2.1).
  var servesHead: Bool { method == .get && path != WebSocketRoute.path }
}
