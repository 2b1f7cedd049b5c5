public import LineProtocol

/// What a session asks of the hub. Requests of one session are decided in order.
public struct Request: Sendable {
  public enum Action: Sendable {
    /// A line session takes a nick, its first or another one.
    case claim(Nick)
    /// A session that claims nothing (WebSocket) says what it is called.
    case name(Nick)
    /// Enter a room, which is made if it is not there. `after`: resume behind this id.
    case join(RoomName, after: Int64?)
    case part(RoomName, reason: String?)
    /// Say something in a room that one has joined. `once`: if this name has used the reference before, the answer is that of the
    /// first time, and nothing is said.
    case publish(RoomName, MessageText, Message.Kind, once: MessageReference? = nil)
    /// Say something in any room, which is made if it is not there, without being there: POST and agents.
    case post(RoomName, MessageText, as: Nick, Message.Role, once: MessageReference? = nil)
    case setTopic(RoomName, String)
    /// What there is to know of one room.
    case describe(RoomName)
    /// A page of the names in a room: each once, those behind the page that `after` came with. It shows the room as it is now; who
    /// comes, goes or is renamed between two pages is told by events, and a name is never missed because of them.
    case listMembers(RoomName, after: Int64 = 0)
    /// A page of the rooms in which somebody is or something was said: those after `after`.
    case listRooms(after: RoomName? = nil)
    /// Which of these nicks line sessions have.
    case find([Nick])
    /// How many there are of what.
    case count
    /// The session is gone.
    case end(reason: String)
  }

  public let session: SessionID
  public let action: Action

  public init(_ session: SessionID, _ action: Action) {
    self.session = session
    self.action = action
  }
}
