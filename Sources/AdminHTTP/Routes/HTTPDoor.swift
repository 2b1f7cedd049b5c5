package import ChatCore
package import Delivery
import Glibc
import HTTPProtocol
package import Reactor
import Synchronization
package import Traffic

/// The HTTP door of one loop: what its connections share.
///
/// In the shard it stands for all connections that have requested nothing yet, so that the server's end reaches
/// them too.
package final class HTTPDoor {
  let shard: Shard
  let settings: HTTPSettings
  let routes: RouteTable = .standard
  let origins: OriginPolicy
  /// `/openapi.json`, which never changes.
  private(set) lazy var openAPI = OpenAPI.document(of: routes)

  private var connections: [ObjectIdentifier: HTTPConnection] = [:]
  private var isTicking = false
  private var dateSeconds = 0
  private var dateText = ""

  package init(_ shard: Shard, _ settings: HTTPSettings) {
    self.shard = shard
    self.settings = settings
    origins = OriginPolicy(allowed: settings.allowedOrigins, hosts: HostPolicy(names: settings.names))
    _ = shard.enter(self, output: nil, format: settings.webSocketFormat)
  }

  /// Serves HTTP on `connection`, and WebSocket if it asks for that.
  package func handler(for connection: Connection, _ throttle: Throttle) -> any ConnectionHandler {
    let handler = HTTPConnection(connection, self, throttle)
    connections[ObjectIdentifier(handler)] = handler
    shard.metrics.httpConnections.add(1, ordering: .relaxed)
    startTicking()
    return handler
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

  func answer(_ request: HTTPRequest) throws(Problem) -> RouteStep {
    try checkSource(of: request)
    if let preflight = origins.preflight(request, methods: routes.allowed(at: request.path)) {
      return .respond(preflight)
    }
    return try routes.route(for: request).answer(request, self)
  }

  /// Forgets a connection that has closed, or that is a WebSocket now.
  func remove(_ connection: HTTPConnection) {
    connections[ObjectIdentifier(connection)] = nil
    shard.metrics.httpConnections.subtract(1, ordering: .relaxed)
  }

  /// The value of a `Date` field (RFC 9110 §6.6.1).
  var date: String {
    let seconds = time(nil)
    if seconds != dateSeconds {
      dateSeconds = seconds
      dateText = HTTPDate.format(secondsSinceEpoch: seconds)
    }
    return dateText
  }

  /// One timer for all connections, and none while there are none.
  private func startTicking() {
    if isTicking { return }
    isTicking = true
    shard.reactor.after(milliseconds: settings.tickMilliseconds) { [weak self] in self?.tick() }
  }

  func tick() {
    isTicking = false
    for connection in Array(connections.values) { connection.tick() }
    if !connections.isEmpty { startTicking() }
  }
}

extension HTTPDoor: Participant {
  package func received(_ event: Event) {}
  package func probe() {}

  package func shutDown() {
    for connection in Array(connections.values) { connection.shutDown() }
  }
}
