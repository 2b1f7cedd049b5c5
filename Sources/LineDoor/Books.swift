import ChatCore
import Delivery
import LineProtocol
import Synchronization

/// What a line session knows: all that a handler of a command may look at. A class, as it is handed over for
/// each line, and a copy would count references.
final class Books {
  var registration = Registration.plain
  var nick: Nick?
  /// The rooms that the session is in.
  var rooms: [JoinedRoom] = []
  var irc = IRCClient()
  let settings: LineSettings
  let loop: any LoopStatus

  struct JoinedRoom: Equatable {
    let id: RoomID
    let name: RoomName
  }

  init(_ settings: LineSettings, _ loop: any LoopStatus) {
    self.settings = settings
    self.loop = loop
  }

  /// The session is in the room of this name.
  func isIn(_ name: RoomName) -> Bool { rooms.contains { $0.name == name } }

  /// The room of this name that the session is in.
  func joinedRoom(_ name: RoomName) -> JoinedRoom? { rooms.first { $0.name == name } }

  /// Throws if the session cannot enter one room more.
  func checkRoomCount(_ name: RoomName) throws(ProtocolError) {
    if let limit = settings.roomsPerSession, rooms.count >= limit {
      throw ProtocolError(.tooManyRooms, asked: name.text)
    }
  }

  /// Enters what an event of the session changes.
  func note(_ event: Event) {
    switch event.kind {
    case .named(let nick, _): self.nick = nick
    case .renamed(let renaming): nick = renaming.new
    case .joined(let joining): rooms.append(JoinedRoom(id: joining.room, name: joining.name))
    case .parted(let parting): rooms.removeAll { $0.id == parting.room }
    case .message, .repeated, .topic, .opened, .closed, .quit, .refused, .wanted: break
    }
  }
}

/// How far a client has come with telling who it is.
enum Registration: Equatable {
  /// No line has told that the client speaks IRC. It may do everything as soon as it has a nick.
  case plain
  /// IRC. The client has begun to negotiate capabilities, and is registered after `CAP END` at the earliest.
  case negotiating(hasUser: Bool)
  /// IRC. NICK or USER are awaited.
  case registering(hasUser: Bool)
  /// IRC.
  case registered
}

/// What an IRC client has asked for.
struct IRCClient: Equatable {
  var negotiation = IRCNegotiation()
  var modes = IRCUserModes()
}

/// What a session's loop knows, now, and handlers may look at.
protocol LoopStatus: AnyObject {
  /// See ``EventLog/applied`` and ``EventLog/tail``.
  var applied: MessageID { get }
  var tail: MessageID { get }
  /// IRC sessions that have the mode `i`.
  var invisibleSessions: Int { get }
  /// The newest entry that was shown in a room that a session of the loop is in.
  func newest(in room: RoomID) -> MessageID
}

/// A step of a line session.
typealias LineStep = Step

/// A change of a session's books that no event makes.
enum BookEntry: DoorStep, Equatable {
  case register(Registration)
  case negotiate(IRCNegotiation)
  case setModes(IRCUserModes)
}

extension Step {
  static func own(_ entry: BookEntry) -> LineStep { .door(entry) }
}

extension Shard: LoopStatus {
  var applied: MessageID { log.applied }
  var tail: MessageID { log.tail }
  var invisibleSessions: Int { metrics.invisibleSessions.load(ordering: .relaxed) }
}
