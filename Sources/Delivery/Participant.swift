public import ChatCore
public import LineProtocol
public import Traffic

/// A session as its loop sees it: whoever sits on a connection (or none) and takes part in the chat.
/// All calls come on the session's loop, those for one session in the order of what happened.
public protocol Participant: AnyObject {
  /// The hub's direct answer to a request.
  func replied(_ reply: Reply)

  /// Something that the session asked for has come to its place in the order of events.
  func happened(_ outcome: Outcome)

  /// Somebody wants the nick of this session: find out quickly whether the peer is still there.
  func probe()

  /// The server ends: say where to resume, and finish.
  func shutDown()

  /// Called again and again: time to look whether the peer is still there. `now`: milliseconds of the monotonic clock.
  func look(at now: Int64, _ timeouts: Keepalive.Timeouts)
}

extension Participant {
  public func look(at now: Int64, _ timeouts: Keepalive.Timeouts) {}
}

/// What became of an event that the session caused.
public enum Outcome: Sendable {
  /// The message is on disk and on its way to everybody else.
  case published(Message)
  case topicSet(Topic, room: RoomName)
  /// The room is entered. `after`: what was asked to be resumed from.
  case joined(RoomID, RoomState, room: RoomName, after: Int64?)
  case parted(RoomID, room: RoomName, reason: String?)
  case renamed(from: Nick, to: Nick)
  case failed(LogError)
  /// A message was refused by the hub.
  case refused(ProtocolError)
}
