package import Delivery
package import LineProtocol
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

/// What all sessions of the line door share.
package final class LineSettings: Sendable {
  /// Messages of one session that may be in flight to the log.
  static let messagesInFlight = 1_024
  /// A peer that is gone without a word is noticed after about this time.
  static let silentPeerSeconds: Int32 = 120
  /// The same for one whose nick somebody else wants: well below the ten seconds promised.
  static let probeSeconds: Int32 = 6
  static let probeMilliseconds: Int64 = 10_000

  let irc: IRCEncoder
  /// The server's name and number, as IRC tells them.
  let softwareVersion: String
  let networkName: String
  /// When the server started, for IRC's 003.
  let started: Timestamp
  /// Rooms that a session may be in at once; nil for no limit.
  let roomsPerSession: Int?
  /// The time of day, for IRC's TIME.
  let now: @Sendable () -> Timestamp

  package init(
    irc: IRCEncoder, softwareVersion: String, networkName: String, started: Timestamp, roomsPerSession: Int?,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.irc = irc
    self.softwareVersion = softwareVersion
    self.networkName = networkName
    self.started = started
    self.roomsPerSession = roomsPerSession
    self.now = now
  }
}

/// The formats of line sessions, which a server is composed with before any other.
package enum LineFormats {
  static let tagSets: [IRCTagSet] = [[], .time, .msgid, [.time, .msgid]]

  /// How many there are.
  package static let count = 1 + tagSets.count

  /// In the order of their ``FormatID``s.
  package static func all(_ irc: IRCEncoder) -> [any EventFormat] {
    [PlainFormat()] + tagSets.map { IRCFormat(encoder: irc, tags: $0) }
  }
}

extension FormatID {
  static let plain = FormatID(0)

  /// The format of IRC clients that negotiated these tags.
  static func irc(_ tags: IRCTagSet) -> FormatID {
    FormatID(1 + (LineFormats.tagSets.firstIndex(of: tags) ?? 0))
  }
}
