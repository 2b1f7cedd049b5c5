/// The table of error codes: scripts test the code, people read the reason. The table is the same on every
/// door.
public enum ErrorCode: String, CaseIterable, Sendable {
  /// The verb is none of the protocol's.
  case unknownCommand = "unknown-command"
  /// A field that the command needs is not there.
  case missingField = "missing-field"
  /// A field more than the command takes.
  case tooManyFields = "too-many-fields"
  /// Not a nick by the grammar.
  case badNick = "bad-nick"
  /// Not a room's name by the grammar, or not one for a new room.
  case badRoom = "bad-room"
  /// Not an id.
  case badID = "bad-id"
  /// Not a count, or out of its range.
  case badCount = "bad-count"
  /// An id above the last one given.
  case futureID = "future-id"
  /// Another session has the nick.
  case nickInUse = "nick-in-use"
  /// The nick is the agent's.
  case nickReserved = "nick-reserved"
  /// The command needs a nick first.
  case noNick = "no-nick"
  /// The command needs a JOIN first.
  case notJoined = "not-joined"
  /// Nobody is in the room and nothing was ever said in it.
  case noSuchRoom = "no-such-room"
  /// The session is in as many rooms as it may be, or the server has as many as it may have.
  case tooManyRooms = "too-many-rooms"
  /// No bytes of text, or only line breaks.
  case textEmpty = "text-empty"
  /// More bytes of text than a message may have.
  case textTooLong = "text-too-long"
  /// The text is not UTF-8.
  case textNotUTF8 = "text-not-utf8"
  /// A control character that no text may have.
  case textControl = "text-control"
  /// More lines of text than a message may have.
  case tooManyLines = "too-many-lines"
  /// Not a reference by the grammar, or with another command than MSG.
  case badReference = "bad-reference"
  /// The name has used the reference for another room or text.
  case referenceUsed = "reference-used"
  /// No end of line within the bound.
  case lineTooLong = "line-too-long"
  /// TLS or HTTP on the line port.
  case notLineProtocol = "not-line-protocol"
  /// More commands than the rate limit allows.
  case tooFast = "too-fast"
  /// The server has as many connections as it may have.
  case tooManyConnections = "too-many-connections"
  /// Nothing came from the peer for too long.
  case timeout
  /// The log takes nothing more for now; nothing was stored.
  case logFull = "log-full"
  /// The write failed; nothing was stored.
  case notStored = "not-stored"
  /// The commit failed after it had begun; the message may be stored.
  case outcomeUnknown = "outcome-unknown"
  /// The log could not be read.
  case historyUnavailable = "history-unavailable"
  /// The server is stopping.
  case shuttingDown = "shutting-down"

  /// What is wrong, in words for every door, where nothing more exact is known. What the plain dialect adds
  /// of its own commands is `plainReason`.
  public var reason: String {
    switch self {
    case .unknownCommand: "no such command"
    case .missingField: "a field is missing"
    case .tooManyFields: "more fields than the command takes"
    case .badNick: "not a nick: 1-\(Limits.nick) letters, digits and -[]\\`_^{|}, no digit or - first"
    case .badRoom:
      "not a room's name: 1-\(Limits.room) bytes of UTF-8 without space, comma, colon, # or controls"
    case .badID: "an id is a decimal number, 0 or greater"
    case .badCount: "a count is a decimal number from 1 to \(Limits.historyPage)"
    case .futureID: "no message has this id yet"
    case .nickInUse: "another session has this nick; choose another"
    case .nickReserved: "this nick is the server's own; choose another"
    case .noNick: "a nick is needed first"
    case .notJoined: "join the room first"
    case .noSuchRoom: "there is no such room; joining it or posting to it makes it"
    case .tooManyRooms: "too many rooms"
    case .textEmpty: "the text is empty"
    case .textTooLong: "a text has at most \(Limits.text) bytes"
    case .textNotUTF8: "a text is UTF-8, and this is not"
    case .textControl: "a text has no control characters but tab and formatting"
    case .tooManyLines: "a text has at most \(Limits.textLines) lines"
    case .badReference:
      "a reference has 1-\(Limits.reference) visible ASCII characters without ; \" and \\"
    case .referenceUsed: "this reference was used for another message; give a new message a new one"
    case .lineTooLong: "a line has at most \(Limits.line) bytes with its end"
    case .notLineProtocol: "this port speaks plain lines, neither TLS nor HTTP"
    case .tooFast: "too many commands at once; send more slowly"
    case .tooManyConnections: "the server has no room for another connection; try again later"
    case .timeout: "nothing was heard for too long; connect again"
    case .logFull: "the log takes nothing more for now, nothing was stored; try again later"
    case .notStored: "the log could not be written, nothing was stored; try again later"
    case .outcomeUnknown:
      "the log failed while it was written, the message may be stored; look before you send it again"
    case .historyUnavailable: "the log could not be read; try again later"
    case .shuttingDown: "the server is stopping; connect again later"
    }
  }
}
