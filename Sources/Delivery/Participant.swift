package import ChatCore
import LineProtocol
import Reactor
package import Traffic

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
