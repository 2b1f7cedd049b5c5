import Delivery
package import LineProtocol

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
