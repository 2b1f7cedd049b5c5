import ChatCore
import Delivery
import HTTPProtocol

/// What routes may look at, on one loop.
final class RouteContext {
  let log: any EventLog
  let order: any Order
  let metrics: DeliveryMetrics
  let settings: HTTPSettings
  let origins: OriginPolicy
  let routes: RouteTable = .standard
  /// `/openapi.json`, which never changes.
  private(set) lazy var openAPI = OpenAPI.document(of: routes)

  init(log: any EventLog, order: any Order, metrics: DeliveryMetrics, _ settings: HTTPSettings) {
    self.log = log
    self.order = order
    self.metrics = metrics
    self.settings = settings
    origins = OriginPolicy(allowed: settings.allowedOrigins, hosts: HostPolicy(names: settings.names))
  }

  /// Refuses a request for whom it is sent to or where it comes from, which its head tells.
  func checkSource(of request: HTTPRequest) throws(Problem) {
    guard origins.hosts.permits(request.host) else { throw .misdirected(request) }
    // These change nothing, and a browser does not let a foreign page read what they answer.
    if request.method == .get || request.method == .head { return }
    guard origins.permitsChange(request) else {
      throw .forbidden("The page's origin is not allowed; --allow-origin lets it in.")
    }
  }

  func answer(_ request: HTTPRequest) -> RouteStep {
    .checked { () throws(Problem) in
      try checkSource(of: request)
      if let preflight = origins.preflight(request, methods: routes.allowed(at: request.path)) {
        return .respond(preflight)
      }
      return try routes.route(for: request).answer(request, self)
    }
  }
}
