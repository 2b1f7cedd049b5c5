import LineProtocol

/// One room over one connection after another, as a pure state machine: what happened goes in, what to send
/// and what to tell comes out. Nothing is lost or doubled between connections: each `JOIN` continues after
/// the last message seen.
struct ChatSession: Sendable {
  /// Where the first connection begins.
  enum Start: Equatable, Sendable {
    /// With what comes next.
    case live
    /// With the newest messages, this many.
    case recent(Int)
    /// After the message with this id; 0 is the beginning.
    case after(MessageID)
  }

  /// What the caller has to do, in this order.
  enum Action: Equatable, Sendable {
    /// Send a line; it has no terminator.
    case send(String)
    case tell(Event)
  }

  enum Phase: Equatable, Sendable {
    case offline
    /// NICK is sent; the number is that of the attempt, from 1.
    case naming(attempt: Int)
    /// JOIN is sent.
    case joining
    /// Messages that came before this connection are being told.
    case replaying
    case live
    /// QUIT is sent; answers to what was sent before still come.
    case leaving
    /// The server refused the session.
    case over
    /// The server ends the connection because too much came at once, and said how long to wait.
    case heldOff
  }

  let wantedNick: Nick
  let room: RoomName
  var start: Start
  var phase = Phase.offline
  /// The name on this connection.
  var nick: Nick
  /// The id of the last entry seen, once one is known.
  var cursor: MessageID?
  /// The id of the room's newest entry when it was last joined.
  var newestAtJoin: MessageID = 0
  /// What the server still has to answer, oldest first: it answers in order (one reply for each command).
  var awaited: [Command] = []
  /// Drafts that were not sent yet.
  var waiting: [Draft] = []
  /// Drafts that were sent over a connection that broke before the answer; a replay shows which of them were
  /// stored.
  var unconfirmed: [UnconfirmedDraft] = []
  /// The lines of a message whose last line has not come.
  var parts: [String] = []
  /// What came live while the newest messages were being fetched.
  var held: [ChatEntry] = []
  /// The names of a list whose end has not come.
  var listed: [String] = []
  /// Whether to ask who is in the room each time that the session becomes live.
  let wantsNames: Bool

  enum Command: Equatable, Sendable {
    case nick, join, history
    /// A list of the names in the room, which the person asked for or not.
    case names(isWanted: Bool)
    case message(Draft)
    case quit
  }

  struct UnconfirmedDraft: Equatable, Sendable {
    let draft: Draft
    let nick: String
  }

  /// What the references of this session's messages begin with; nil: they have none.
  private let references: String?

  init(nick: Nick, room: RoomName, start: Start, references: String? = nil) {
    self.references = references
    wantedNick = nick
    self.nick = nick
    self.room = room
    self.start = start
    if case .recent = start { wantsNames = true } else { wantsNames = false }
    if case .after(let id) = start { cursor = id }
  }

  /// The drafts of which it is not known whether they are stored, in the order in which they were submitted.
  var unsettled: [(draft: Draft, wasSent: Bool)] {
    var drafts = unconfirmed.map { (draft: $0.draft, wasSent: true) }
    for case .message(let draft) in awaited { drafts.append((draft, true)) }
    return drafts + waiting.map { ($0, false) }
  }

  /// There is a connection: introduce oneself on it.
  mutating func connected() -> [Action] {
    phase = .naming(attempt: 1)
    nick = wantedNick
    return ask(.nick, "NICK \(nick.text)")
  }

  /// The connection is gone, for the reason given.
  mutating func disconnected(_ reason: String) -> [Action] {
    for case .message(let draft) in awaited {
      unconfirmed.append(UnconfirmedDraft(draft: draft, nick: nick.text))
    }
    awaited = []
    parts = []
    held = []
    listed = []
    let isExpected = phase == .leaving || phase == .heldOff
    phase = .offline
    return isExpected ? [] : [.tell(.disconnected(reason))]
  }

  /// Something was typed; it is sent at once or as soon as the session is live.
  mutating func submit(_ draft: Draft) -> [Action] {
    guard phase == .live else {
      waiting.append(draft)
      return []
    }
    return send(draft)
  }

  /// Asks who is in the room, for the person; nothing unless the session is live.
  mutating func askNames() -> [Action] { phase == .live ? askNames(isWanted: true) : [] }

  mutating func askNames(isWanted: Bool) -> [Action] {
    ask(.names(isWanted: isWanted), "NAMES \(room.text)")
  }

  /// Says good-bye, if there is somebody to say it to.
  mutating func quit() -> [Action] {
    if phase == .offline || phase == .over { return [] }
    phase = .leaving
    return ask(.quit, "QUIT")
  }

  mutating func ask(_ command: Command, _ line: String) -> [Action] {
    awaited.append(command)
    return [.send(line)]
  }

  mutating func send(_ draft: Draft) -> [Action] {
    ask(.message(draft), line(for: draft))
  }

  /// With a reference, the draft is said once though its line is sent again.
  func line(for draft: Draft) -> String {
    let reference = references.map { "@ref=\($0)-\(draft.inputLine) " } ?? ""
    return "\(reference)MSG \(room.text) \(draft.text)"
  }

  /// What the person or the script is told.
  enum Event: Equatable, Sendable {
    case message(ChatMessage)
    case topic(ChatTopic)
    /// A draft is stored under this id.
    case stored(Draft, id: MessageID)
    case refused(Draft, reason: String)
    /// A draft was sent, the connection broke, and it is not among what the room has now.
    case uncertain(Draft)
    /// What the room said after this id follows, then `live`.
    case resuming(after: MessageID)
    /// What is said from now on follows; the session has this name.
    case live(nick: String)
    /// Messages with from < id ≤ to are no longer stored.
    case gap(from: MessageID, to: MessageID)
    /// The server knows no id as high as the last one seen: its log is another one.
    case newLog(lastSeen: MessageID)
    case joined(String)
    case left(String)
    case renamed(from: String, to: String)
    /// Who is in the room, in order; `isWanted`: the person asked for it.
    case names([String], isWanted: Bool)
    /// The server is about to close: `slow`, `shutdown`.
    case farewell(String)
    case disconnected(String)
    /// The server does not let this session in; another attempt may pass if the refusal is `transient`.
    case rejected(String, transient: Bool)
    /// The server ends the connection because too much came at once; another may be made in so many seconds.
    /// What it has not answered it has not taken, and waits for that.
    case throttled(String, seconds: Int64)
  }
}
