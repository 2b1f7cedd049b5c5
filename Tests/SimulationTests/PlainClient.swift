import ChatCore
import ChatTestSupport
import LineProtocol

/// Somebody with the plain dialect. After a lost connection it resumes its rooms, where it was told to or
/// where it was itself.
final class PlainClient: SimulatedClient, CustomStringConvertible {
  fileprivate enum Command {
    case nick(String)
    case join(String, after: MessageID?)
    /// So many of the newest messages first.
    case joinNewest(String, Int)
    case message(String, text: String)
    case part(String)
    case names(String)
    /// `expected`: those that the list must have.
    case rooms(expected: [String])
    case history(String)
    case since(String)
    case ping(String)
    case quit
  }

  /// Commands whose reply is not complete, in order.
  private var waiting: [Command] = []
  private var nick: String?
  private var rooms: [String: RoomView] = [:]
  private var names: [String: NamesView] = [:]
  /// The room is being replayed: the command at the front has its OK.
  private var isReplaying = false
  private var listed: [String] = []
  /// What a SINCE has shown.
  private var page: RoomView?
  private var lastList: (room: String, names: [String])?
  /// Where to resume after the connection is lost.
  private var resume: [String: MessageID] = [:]
  /// Lines that may be sent again, as they have references, and the nick that they were sent under.
  private var unanswered: [(nick: String, room: String, text: String)] = []
  private var pings = 0
  private var isDone = false

  var description: String { "plain, \(nick ?? "-"), in \(rooms.keys.sorted()), waits for \(waiting)" }
  override var who: String { "client \(number) (plain)" }
  override var isIdle: Bool { waiting.isEmpty && (nick != nil || isDone) && resume.isEmpty }
  override var expectsFarewell: Bool {
    nick != nil && socket != nil && !truth.hasEnded(session)
      && !waiting.contains { if case .quit = $0 { true } else { false } }
  }
  override var presences: [(room: String, name: String)] { rooms.keys.map { ($0, nick ?? "") } }

  override func connect() {
    simulation.trace("\(number) connects")
    (socket, session) = simulation.connect(.line)
    waiting = []
    claim()
  }

  override func lost() {
    // A reference is the name's, and then it is not known which that was.
    let isRenaming = waiting.contains { if case .nick = $0 { true } else { false } }
    for command in waiting {
      guard case .message(let room, let text) = command else { continue }
      truth.told(.unknown, of: text)
      if let nick, !isRenaming { unanswered.append((nick, room, text)) }
    }
    for (room, view) in rooms where resume[room] == nil { resume[room] = view.cursor }
    (nick, rooms, names, isReplaying, waiting, page) = (nil, [:], [:], false, [], nil)
  }

  private func claim() { send(.nick(simulation.random.pick(Simulation.names))) }

  private func send(_ command: Command) {
    let end = simulation.random.oneIn(5) ? "\r\n" : "\n"
    waiting.append(command)
    simulation.asked()
    simulation.trace("\(number) > \(line(of: command).prefix(80))")
    socket?.send(line(of: command) + end)
    if waiting.count == 1 { begin() }
  }

  private func line(of command: Command) -> String {
    switch command {
    case .nick(let name): "NICK \(name)"
    case .join(let room, let id): id.map { "JOIN \(room) \($0)" } ?? "JOIN #\(room)"
    case .joinNewest(let room, let count): "JOIN \(room) -\(count)"
    case .message(let room, let text): "@ref=\(Truth.token(of: text)) MSG \(room) \(text)"
    case .part(let room): "PART \(room)"
    case .names(let room): "NAMES \(room)"
    case .rooms: "ROOMS"
    case .history(let room): "HISTORY \(room) 3"
    case .since(let room): "SINCE \(room) 0"
    case .ping(let text): "PING \(text)"
    case .quit: "QUIT"
    }
  }

  /// The command at the front may be dealt with from here on.
  private func begin() {
    if case .names(let room) = waiting.first { names[room]?.isAsked() }
    listed = []
    if case .since(let room) = waiting.first { page = RoomView(room, after: 0, showsTopics: true) }
  }

  private func answered() {
    if !waiting.isEmpty { waiting.removeFirst() }
    begin()
    if waiting.isEmpty, nick != nil, !resume.isEmpty { resumeRooms() }
  }

  private func resumeRooms() {
    for (room, id) in resume.sorted(by: { $0.key < $1.key }) { send(.join(room, after: id)) }
    resume = [:]
    if let last = unanswered.last, last.nick == nick {
      // It waits until the room is joined; the server answers in order.
      send(.message(last.room, text: last.text))
    }
    unanswered = []
  }

  override func act() {
    guard waiting.count < 6, !waiting.contains(where: \.isQuit) else { return }
    if nick == nil { return waiting.isEmpty ? claim() : () }
    if !resume.isEmpty { return }
    let room = aRoom
    switch Int.random(in: 0..<24, using: &simulation.random) {
    case 0: claim()
    case 1..<6:
      send(
        .join(
          room,
          after: simulation.random.oneIn(3)
            ? MessageID(Int64.random(in: 0...simulation.store.applied.number, using: &simulation.random))
            : nil))
    case 6: send(.joinNewest(room, Int.random(in: 1...5, using: &simulation.random)))
    case 7..<17:
      let text = newText()
      let room = aRoom(of: rooms.keys)
      truth.says(text, in: room)
      send(.message(room, text: text))
      if simulation.random.oneIn(6) { send(.message(room, text: text)) }
    case 17: send(.part(room))
    case 18: send(.names(room))
    case 19: send(simulation.random.oneIn(2) ? .names(room) : .rooms(expected: truth.roomsToList))
    case 20: send(.history(room))
    case 21:
      // Lines of topics do not say whether they are of a replay.
      if rooms[room] == nil, !waiting.contains(where: \.isJoin) { send(.since(room)) }
    case 22:
      pings += 1
      send(.ping("\(number).\(pings)"))
    default: if simulation.random.oneIn(4) { send(.quit) }
    }
  }

  override func settle() { if nick == nil, waiting.isEmpty { claim() } }

  override func askNames() { for room in rooms.keys.sorted() { send(.names(room)) } }

  override func checkEnd(_ names: [String: Set<String>]) {
    for (_, var view) in rooms {
      view.isComplete(through: MessageID.max.previous, truth, "\(who) at the end")
    }
    guard let last = lastList, rooms[last.room] != nil else { return }
    if Set(last.names.map { $0.lowercased() }) != names[last.room] {
      truth.fail("\(who): in \(last.room) are \(names[last.room] ?? []), and NAMES says \(last.names)")
    }
  }

  // MARK: What comes

  override func received() { while let line = socket?.takeLine() { received(line) } }

  private func received(_ line: String) {
    simulation.trace("\(number) < \(line.prefix(80))")
    checkFarewell(line)
    let fields = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let room = fields.count > 1 ? fields[1] : ""
    switch fields[0] {
    case "OK": ok(fields, line)
    case "ERR": refused(fields[1], line)
    case "MSG", "MSG+":
      let text = fields.dropFirst(4).joined(separator: " ")
      saw(room, MessageID(String(fields[2])), fields[3], text, isLast: fields[0] == "MSG", .live, line)
    case "HIST", "HIST+":
      let text = fields.dropFirst(5).joined(separator: " ")
      saw(room, MessageID(String(fields[2])), fields[4], text, isLast: fields[0] == "HIST", .stored, line)
    case "TOPIC":
      let isStored = isReplaying(room) || page?.room == room
      let text = fields.dropFirst(4).joined(separator: " ")
      saw(room, MessageID(String(fields[2])), fields[3], text, isLast: true, isStored ? .stored : .live, line)
    case "GAP":
      guard let from = MessageID(String(fields[2])), let to = MessageID(String(fields[3])) else {
        return unexpected(line)
      }
      if page?.room == room {
        page?.gap(from: from, to: to, truth, who)
      } else {
        rooms[room]?.gap(from: from, to: to, truth, who)
      }
    case "END": end(room, fields.count > 2 ? MessageID(String(fields[2])) : nil, line)
    case "NAMES": listed += fields.dropFirst(2)
    case "ROOM": listed.append(room)
    case "JOIN": presence(room, line) { $0.came(fields[2]) }
    case "PART": presence(room, line) { $0.went(fields[2]) }
    case "NICK":
      for room in names.keys { names[room]?.renamed(fields[1], fields[2]) }
    case "PONG":
      guard case .ping(fields.dropFirst().joined(separator: " ")) = waiting.first else {
        return unexpected(line)
      }
      answered()
    case "RESUME":
      guard let id = MessageID(String(fields[2])) else { return unexpected(line) }
      rooms[room]?.checkResume(after: id, truth, of: session, who)
      resume[room] = simulation.random.oneIn(2) ? id : max(id, rooms[room]?.cursor ?? 0)
    case "BYE":
      socket?.hasFarewell = true
      if case .quit = waiting.first {
        answered()
        rooms = [:]
      }
    default: unexpected(line)
    }
  }

  private func unexpected(_ line: String) {
    truth.fail("\(who): unexpected: \(line.prefix(200)); waiting: \(waiting.prefix(3))")
  }

  private func presence(_ room: String, _ line: String, _ body: (inout NamesView) -> Void) {
    if rooms[room] == nil { return unexpected(line) }
    body(&names[room, default: NamesView()])
  }

  private func isReplaying(_ room: String) -> Bool {
    switch waiting.first {
    case .join(room, after: _), .joinNewest(room, _): isReplaying
    default: false
    }
  }

  private func ok(_ fields: [String], _ line: String) {
    guard fields.count > 2 else { return unexpected(line) }
    let id = fields.count > 3 ? MessageID(String(fields[3])) : nil
    switch (fields[1], waiting.first) {
    case ("NICK", .nick(let name)):
      if name != fields[2] { unexpected(line) }
      for room in names.keys { names[room]?.renamedItself(nick ?? name, name) }
      nick = name
      answered()
    case ("JOIN", .join(let room, let after)) where room == fields[2]:
      joined(room, after: after, newest: id, line)
    case ("JOIN", .joinNewest(let room, let count)) where room == fields[2]:
      guard let newest = id else { return unexpected(line) }
      let messages = truth.items(in: room, after: 0, through: newest).filter { !$0.isTopic }
      let first = messages.suffix(count).first?.id ?? newest.next
      joined(room, after: rooms[room] == nil ? first.previous : nil, newest: id, line)
    case ("MSG", .message(let room, let text)) where room == fields[2]:
      guard let id, let nick else { return unexpected(line) }
      truth.told(.stored(id, user: nick), of: text)
      if let view = rooms[room], id > view.cursor, truth.item(id, in: room)?.isHidden == false {
        rooms[room]?.saw(id, .live, truth, who)
      }
      answered()
    case ("PART", .part(let room)) where room == fields[2]:
      (rooms[room], names[room]) = (nil, nil)
      answered()
    default: unexpected(line)
    }
  }

  private func joined(_ room: String, after: MessageID?, newest: MessageID?, _ line: String) {
    guard let newest else { return unexpected(line) }
    // Who is there already is told so, and nothing is replayed.
    if rooms[room] != nil { return answered() }
    guard let session, truth.takeEntrance(of: session, into: room) == newest else { return unexpected(line) }
    let last = truth.items(in: room, after: newest.previous, through: newest).first
    if newest > 0, last?.isHidden != false { truth.fail("\(who): \(line): no such entry") }
    var messagesThrough: MessageID = 0
    if case .joinNewest = waiting.first { messagesThrough = newest }
    rooms[room] = RoomView(room, after: after ?? newest, showsTopics: true, messagesThrough: messagesThrough)
    names[room] = NamesView()
    if case .join(_, after: nil) = waiting.first { answered() } else { isReplaying = true }
  }

  private func saw(
    _ room: String, _ id: MessageID?, _ user: String, _ text: String, isLast: Bool, _ source: RoomView.Source,
    _ line: String
  ) {
    guard let id, let item = truth.item(id, in: room), item.user == user else { return unexpected(line) }
    let lines = item.text.split(separator: "\n", omittingEmptySubsequences: false)
    let isRight = isLast ? lines.last.map(String.init) == text : lines.dropLast().contains { $0 == text }
    if !isRight { return unexpected(line) }
    if !isLast { return }
    if case .history(room) = waiting.first, source == .stored { return }
    if page?.room == room {
      page?.saw(id, .stored, truth, "\(who), SINCE")
      return
    }
    if rooms[room] == nil { return unexpected(line) }
    if (source == .stored) != isReplaying(room) { unexpected(line) }
    rooms[room]?.saw(id, source, truth, who)
  }

  private func end(_ room: String, _ id: MessageID?, _ line: String) {
    switch waiting.first {
    case .rooms(let expected) where room == "ROOMS": truth.checkRooms(listed, expected, who)
    case .names(room):
      names[room]?.check(listed, truth, who)
      lastList = (room, listed)
    case .join(room, after: _) where isReplaying, .joinNewest(room, _) where isReplaying:
      guard let id else { return unexpected(line) }
      rooms[room]?.isComplete(through: id, truth, "\(who), END")
      isReplaying = false
      // Who came and went meanwhile was not shown.
      names[room] = NamesView()
    case .history(room): break
    case .since(room):
      guard let id else { return unexpected(line) }
      page?.isComplete(through: id, truth, "\(who), SINCE END")
      page = nil
    default: return unexpected(line)
    }
    answered()
  }

  private func refused(_ code: String, _ line: String) {
    // The connection ends: it has been silent without a nick.
    if code.hasPrefix("timeout") { return }
    switch (waiting.first, code) {
    case (.nick, "nick-in-use:"), (.nick, "nick-in-use"): break
    case (.message(_, let text), "not-stored"), (.message(_, let text), "not-joined"),
      (.message(_, let text), "no-nick"):
      truth.told(.refused, of: text)
    case (.message(_, let text), "outcome-unknown"): truth.told(.unknown, of: text)
    case (.join(let room, after: _), "history-unavailable"),
      (.joinNewest(let room, _), "history-unavailable"):
      guard isReplaying else { return unexpected(line) }
      (rooms[room], names[room]) = (nil, nil)
      isReplaying = false
    case (.history, "history-unavailable"), (.since, "history-unavailable"): page = nil
    case (.names, "no-such-room"), (.history, "no-such-room"), (.since, "no-such-room"): page = nil
    case (.part, "not-joined"): break
    default: return unexpected(line)
    }
    answered()
  }
}

extension PlainClient.Command {
  fileprivate var isJoin: Bool {
    switch self {
    case .join, .joinNewest: true
    case .nick, .message, .part, .names, .rooms, .history, .since, .ping, .quit: false
    }
  }

  fileprivate var isQuit: Bool { if case .quit = self { true } else { false } }
}
