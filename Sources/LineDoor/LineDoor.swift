package import Delivery
package import Reactor
package import Traffic

/// The line door of one loop: gives each connection a session.
package struct LineDoor {
  private let shard: Shard
  private let settings: LineSettings

  package init(_ shard: Shard, _ settings: LineSettings) {
    self.shard = shard
    self.settings = settings
  }

  package func handler(for connection: Connection, _ throttle: Throttle) -> any ConnectionHandler {
    LineSession(connection, shard, settings, throttle)
  }
}
