/// What a run is to do.
public struct BenchPlan: Equatable, Sendable {
  /// Who sends to whom.
  public enum Scenario: String, CaseIterable, Sendable {
    /// Many listen to a few in one room.
    case fanout
    /// In many rooms, everybody sends.
    case rooms
    /// Many post over HTTP, and nobody listens.
    case post
  }

  /// Bytes of a message's text: a marker has to fit, and IRC's lines end at 512 bytes (RFC 2812 §2.3), of which the relayed
  /// prefix and the room's name may take a part.
  public static let payloads = Marker.length...4096
  /// The same where IRC is a door.
  public static let ircPayloads = Marker.length...350

  public var scenario = Scenario.fanout
  /// The door of plain and IRC clients.
  public var line = Endpoint(host: "127.0.0.1", port: 6667)
  /// The door of POST and WebSocket clients; nil: there is none.
  public var http: Endpoint? = Endpoint(host: "127.0.0.1", port: 8000)
  /// How those connect that listen; not `http`.
  public var listening = Door.plain
  /// How those connect that send. In `rooms` the members do both if this is the same door.
  public var sending = Door.plain
  /// In `fanout`.
  public var receivers = 500
  /// In `fanout` and `post`.
  public var senders = 1
  /// In `rooms`.
  public var rooms = 100
  /// Of each room, in `rooms`.
  public var members = 10
  /// Messages that each sender may have under way; over HTTP it is always one.
  public var window = 64
  /// Bytes of each message's text.
  public var payload = 64
  /// How long to measure. One fifth of it, at most a second, goes before.
  public var milliseconds: Int64 = 5000
  /// Clients that may be getting ready at a time.
  public var connecting = 100
  /// A process on this machine whose CPU time is reported.
  public var serverProcess: Int32?

  /// The defaults.
  public init() {}
}
