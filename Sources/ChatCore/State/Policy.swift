package import LineProtocol

/// What decisions need of the server's options. It is a value given to the state at the start, equal wherever the same requests are
/// decided.
package struct Policy: Sendable, Equatable {
  /// Rooms one session may be in at once.
  package var roomsPerSession: Int
  /// Rooms there may be in all.
  package var rooms: Int
  /// A name that only the agent may use.
  package var reserved: Nick?

  package init(roomsPerSession: Int = 1_000, rooms: Int = 1_000_000, reserved: Nick? = nil) {
    self.roomsPerSession = roomsPerSession
    self.rooms = rooms
    self.reserved = reserved
  }
}
