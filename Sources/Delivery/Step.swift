package import ChatCore
package import LineProtocol

/// What a session does next. Handlers of commands decide, and their session carries it out (``StepRunner``):
/// so they neither send nor wait, and are pure functions of what came and of what the session's books show.
///
/// It is no generic type, as one of this module would not be specialised in the doors'.
package enum Step {
  /// Nothing more.
  case done
  /// Sends whole units (lines, frames).
  case say([UInt8])
  /// The same for a refusal, which is counted under its code.
  case refuse([UInt8], code: String)
  /// Puts an action into the order, and goes on at once. What comes of it is an event at its place.
  case submit(Request.Action)
  /// Puts an action into the order, and waits for the event that comes of it.
  case request(Request.Action, then: (Event) -> Step)
  /// Asks the directory.
  case ask(DirectoryQuery, then: (DirectoryAnswer) -> Step)
  case read(HistoryQuery, then: (Result<HistoryPage, LogError>) -> Step)
  /// Sends a part of a long answer. `next` has its turn when the socket has taken it.
  indirect case page([UInt8], next: Step)
  /// Shows the events of a room, which was joined just now, from here on.
  case goLive(RoomID)
  /// Shows stored entries. `then` is told the id that a reader resumes from.
  case replay(ReplayOrder, then: (Result<MessageID, LogError>) -> Step)
  /// One after another.
  case steps([Step])
  /// Sends what was said and ends the session.
  case close(reason: String)
  case door(any DoorStep)
}

/// What only one door does.
package protocol DoorStep {}

/// Which stored entries of a room are to be shown. See ``Replay``.
package struct ReplayOrder: Equatable {
  package let room: RoomID
  package let name: RoomName
  /// The entries after this id, exclusive.
  package let after: MessageID
  /// So many messages up to `after`, inclusive, come first.
  package let preceding: Int
  package let end: Replay.End
  /// The first of the entries, if they were read already.
  package let loaded: [Entry]

  package init(
    of room: RoomID, _ name: RoomName, after: MessageID, preceding: Int = 0, to end: Replay.End,
    beginningWith loaded: [Entry] = []
  ) {
    self.room = room
    self.name = name
    self.after = after
    self.preceding = preceding
    self.end = end
    self.loaded = loaded
  }
}

/// What a session waits for before it takes its next step. Every session has one, so what is large has a box
/// of its own.
package enum Activity {
  case idle
  /// The event that comes of a request.
  case requesting(Request.Verb, then: (Event) -> Step)
  case asking(then: (DirectoryAnswer) -> Step)
  case reading(then: (Result<HistoryPage, LogError>) -> Step)
  /// The socket is to take a part of a long answer.
  indirect case listing(next: Step)
  indirect case replaying(RoomName, then: (Result<MessageID, LogError>) -> Step)
}
