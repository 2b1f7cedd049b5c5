/// What a run is to do.
package struct BenchPlan: Equatable, Sendable {
  /// Who sends to whom.
  package enum Scenario: String, CaseIterable, Sendable {
    /// Many listen to a few in one room.
    case fanout
    /// In many rooms, everybody sends.
    case rooms
    /// Many post over HTTP, and nobody listens.
    case post
  }

  /// Bytes of a message's text: a marker has to fit, and IRC's lines end at 512 bytes (RFC 2812 §2.3), of
  /// which the relayed prefix and the room's name may take a part.
  package static let payloads = Marker.length...4096
  /// The same where IRC is a door.
  package static let ircPayloads = Marker.length...350

  package var scenario = Scenario.fanout
  /// The door of plain and IRC clients.
  package var line = Endpoint(host: "127.0.0.1", port: 6667)
  /// The door of POST and WebSocket clients; nil: there is none.
  package var http: Endpoint? = Endpoint(host: "127.0.0.1", port: 8000)
  /// How those connect that listen; not `http`.
  package var listening = Door.plain
  /// How those connect that send. In `rooms` the members do both if this is the same door.
  package var sending = Door.plain
  /// In `fanout`.
  package var receivers = 500
  /// In `fanout` and `post`.
  package var senders = 1
  /// In `rooms`.
  package var rooms = 100
  /// Of each room, in `rooms`.
  package var members = 10
  /// Messages that each sender may have under way; over HTTP it is always one.
  package var window = 64
  /// Bytes of each message's text.
  package var payload = 64
  /// How long to measure. One fifth of it, at most a second, goes before.
  package var milliseconds: Int64 = 5000
  /// Clients that may be getting ready at a time.
  package var connecting = 100
  /// A process on this machine whose CPU time is reported.
  package var serverProcess: Int32?

  /// The defaults.
  package init() {}
}

/// A way into the server.
package enum Door: String, CaseIterable, Sendable {
  case plain, irc
  /// A WebSocket.
  case ws
  /// `POST /messages`; sends only.
  case http

  var canListen: Bool { self != .http }
}

/// Where a door is.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// A name or an IP address; an IPv6 address without brackets.
  package let host: String
  /// 1–65535.
  package let port: UInt16

  /// An address of these parts.
  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// `127.0.0.1:6667` or `[::1]:6667`.
  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
