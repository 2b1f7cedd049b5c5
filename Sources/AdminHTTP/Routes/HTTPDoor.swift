package import ChatCore
package import Delivery
import Glibc
import HTTPProtocol
package import Reactor
import Synchronization
package import Traffic

/// The HTTP door of one loop: what its connections share.
///
/// In the shard it stands for all connections that have requested nothing yet, so that the server's end
/// reaches them too.
package final class HTTPDoor {
  let shard: Shard
  let settings: HTTPSettings
  /// What routes may look at.
  let context: RouteContext

  private var connections: [ObjectIdentifier: HTTPConnection] = [:]
  private var isTicking = false
  private var dateSeconds = 0
  private var dateText = ""

  package init(_ shard: Shard, _ settings: HTTPSettings) {
    self.shard = shard
    self.settings = settings
    context = RouteContext(log: shard.log, order: shard.order, metrics: shard.metrics, settings)
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
