import HTTPProtocol

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
