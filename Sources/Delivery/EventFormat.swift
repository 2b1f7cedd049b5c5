package import ChatCore
package import LineProtocol

/// How events look on one kind of connection. Each event is encoded once for each format that is in use in a
/// room.
package protocol EventFormat: Sendable {
  /// A session's end is shown as a departure from each room, not as one event.
  var quitsPerRoom: Bool { get }

  /// A change of name is shown as a departure and an arrival in each room, not as one event.
  var renamesPerRoom: Bool { get }

  /// Appends the whole units (lines, frames) that show `message` to others.
  func encode(_ message: Message, into out: inout [UInt8])

  /// Appends what shows an event to who caused it, or one other than a message to others; nothing if the
  /// format has no way to.
  func encode(_ event: Event, seenBy viewer: EventViewer, into out: inout [UInt8])
}

extension EventFormat {
  package var renamesPerRoom: Bool { false }
}

/// Whom an event is shown to.
package enum EventViewer: Sendable {
  /// The session that caused it.
  case origin
  /// The others in a room.
  case others(in: RoomName)
}

/// Names one of the formats that the server was composed with: its place in ``Shard``'s list.
package struct FormatID: Hashable, Sendable {
  package let index: Int
  package init(_ index: Int) { self.index = index }
}
