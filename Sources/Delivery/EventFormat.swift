package import ChatCore
package import LineProtocol
import Reactor
package import Traffic

/// How events look on one kind of connection. Each event is encoded once for each format that is in use in a
/// room.
package protocol EventFormat: Sendable {
  /// A session's end is shown as a departure from each room, not as one event. One whose name stays in other
  /// rooms always is.
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

  /// Whether an event that concerns several rooms is shown in each of them.
  func isPerRoom(_ event: Event) -> Bool {
    switch event.kind {
    case .renamed: renamesPerRoom
    case .quit(let quitting): quitsPerRoom || !quitting.isNameGone
    case .message, .topic, .repeated, .named, .opened, .closed, .joined, .parted, .refused, .wanted: true
    }
  }
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

/// A session as its loop sees it: whoever sits on a connection (or none) and takes part in the chat.
/// All calls come on the session's loop, those for one session in the order of what happened.
package protocol Participant: AnyObject {
  /// Something that the session asked for has come to its place in the order of events. Each of its requests
  /// is answered by one event that the session understands; ``Event/Kind/opened(_:_:)`` and
  /// ``Event/Kind/closed(_:_:)`` come besides.
  func received(_ event: Event)

  /// Somebody wants the nick of this session: find out quickly whether the peer is still there.
  func probe()

  /// The server ends: say where to resume, and finish.
  func shutDown()

  /// Called again and again: time to look whether the peer is still there. `now`: milliseconds of the
  /// monotonic clock.
  func look(at now: Int64, _ timeouts: Keepalive.Timeouts)
}

extension Participant {
  package func look(at now: Int64, _ timeouts: Keepalive.Timeouts) {}
}
