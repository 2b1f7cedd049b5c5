/// A line from the server, as a client reads it: the inverse of `PlainEncoder`.
public enum PlainReply: Hashable, Sendable {
  /// A line of a message. A message of several lines comes in parts; only the last moves the client's cursor
  /// to its id.
  public struct Entry: Hashable, Sendable {
    /// The room's name as first written.
    public var room: String
    /// The message's id.
    public var id: Int64
    /// When it was said; nil in live messages, which are said now.
    public var time: Timestamp?
    /// Who said it.
    public var user: String
    /// The line's text; may be empty.
    public var text: String

    /// An entry of these parts.
    public init(room: String, id: Int64, time: Timestamp? = nil, user: String, text: String) {
      self.room = room
      self.id = id
      self.time = time
      self.user = user
      self.text = text
    }
  }

  /// `OK JOIN lobby 57`: the verb, its first field, and the id where one is told.
  case ok(verb: String, name: String, id: Int64?)
  /// A live message, or the last line of one.
  case message(Entry)
  /// A line of a live message that is not its last.
  case messagePart(Entry)
  /// A replayed message, or the last line of one.
  case history(Entry)
  /// A line of a replayed message that is not its last.
  case historyPart(Entry)
  /// A change of the room's topic, live or replayed; an empty text takes it away.
  case topic(Entry)
  /// Stored messages with from < id ≤ to are gone.
  case gap(room: String, from: Int64, to: Int64)
  /// The end of a replay (with its last id) or of a list; the name is a room, `ROOMS` or `HELP`.
  case end(name: String, id: Int64?)
  /// Somebody entered a room.
  case join(room: String, nick: String)
  /// Somebody left a room.
  case part(room: String, nick: String)
  /// Somebody took another nick.
  case nick(from: String, to: String)
  /// Some of those who are in a room.
  case names(room: String, nicks: [String])
  /// A room and how many are in it.
  case room(name: String, count: Int)
  /// A line of the page of commands.
  case help(String)
  /// The answer to PING.
  case pong(String)
  /// Where to continue a room after the next connect.
  case resume(room: String, id: Int64)
  /// The last line of a session, with the reason if the client did not ask for it.
  case bye(String?)
  /// A refusal: its code, and what was asked with the reason.
  case error(code: String, text: String)
  /// A line that this version does not know.
  case other(String)
}
