import ChatCore
import ChatTestSupport
import LineProtocol

/// Somebody with the IRC dialect, who asked for echoes and ids.
final class IRCClient: SimulatedClient, CustomStringConvertible {
  private enum Command {
    case register(String)
    case nick(String)
    case join(String)
    case part(String)
    case message(String, text: String)
    case topic(String, text: String)
    case names(String)
    case ping(String)
  }

  private var waiting: [Command] = []
  private var nick: String?
  private var rooms: [String: RoomView] = [:]
  private var names: [String: NamesView] = [:]
  private var listed: [String] = []
  private var lastList: (room: String, names: [String])?
  private var pings = 0

  var description: String { "IRC, \(nick ?? "-"), in \(rooms.keys.sorted()), waits for \(waiting)" }
  override var who: String { "client \(number) (IRC)" }
  override var isIdle: Bool { waiting.isEmpty && nick != nil }
  override var isAskedToAnswer: Bool { true }
  override var presences: [(room: String, name: String)] { rooms.keys.map { ($0, nick ?? "") } }

  override func connect() {
    (socket, session) = simulation.connect(.line)
    socket?.send("CAP REQ :server-time message-tags echo-message\r\n")
    register()
    socket?.send("USER x 0 * :x\r\nCAP END\r\n")
  }

  override func lost() {
    for command in waiting {
      switch command {
      case .message(_, let text), .topic(_, let text): truth.told(.unknown, of: text)
      case .register, .nick, .join, .part, .names, .ping: break
      }
    }
    (nick, rooms, names, waiting) = (nil, [:], [:], [])
  }

  private func register() {
    let name = simulation.random.pick(Simulation.names)
    waiting.append(.register(name))
    socket?.send("NICK \(name)\r\n")
  }

  private func send(_ command: Command, _ line: String) {
    waiting.append(command)
    simulation.asked()
    simulation.trace("\(number) > \(line.prefix(80))")
    socket?.send("\(line)\r\n")
    if waiting.count == 1 { begin() }
  }

  private func begin() {
    listed = []
    if case .names(let room) = waiting.first { names[room]?.isAsked() }
  }

  private func answered() {
    if !waiting.isEmpty { waiting.removeFirst() }
    begin()
  }

  override func act() {
    guard nick != nil, waiting.count < 6 else { return }
    let room = aRoom
    switch Int.random(in: 0..<20, using: &simulation.random) {
    case 0:
      let name = simulation.random.pick(Simulation.names)
      // Exactly the same nick is answered with nothing.
      if waiting.isEmpty, name != nick { send(.nick(name), "NICK \(name)") }
    case 1..<5: if waiting.isEmpty, rooms[room] == nil { send(.join(room), "JOIN #\(room)") }
    case 5..<13:
      let text = newText()
      let room = aRoom(of: rooms.keys)
      truth.says(text, in: room)
      send(.message(room, text: text), "@+linechat/ref=\(Truth.token(of: text)) PRIVMSG #\(room) :\(text)")
    case 13: send(.part(room), "PART #\(room)")
    case 14, 15:
      let text = String(newText().prefix(200))
      let room = aRoom(of: rooms.keys)
      truth.says(text, in: room)
      send(.topic(room, text: text), "TOPIC #\(room) :\(text)")
    case 16, 17: send(.names(room), "NAMES #\(room)")
    default:
      pings += 1
      send(.ping("\(number).\(pings)"), "PING :\(number).\(pings)")
    }
  }

  override func askNames() { for room in rooms.keys.sorted() { send(.names(room), "NAMES #\(room)") } }

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

  private struct Line {
    var id: MessageID?
    var source = ""
    var command = ""
    var parameters: [String] = []
    var room: String { String((parameters.first ?? "").dropFirst()) }

    init(_ text: String) {
      var rest = Substring(text)
      func word() -> Substring {
        let word = rest.prefix { $0 != " " }
        rest = rest.dropFirst(word.count + 1)
        return word
      }
      if rest.first == "@" {
        let tag = word().dropFirst().split(separator: ";").first { $0.hasPrefix("msgid=") }
        id = tag.flatMap { MessageID(String($0.dropFirst(6))) }
      }
      if rest.first == ":" { source = String(word().dropFirst().prefix { $0 != "!" }) }
      command = String(word())
      while !rest.isEmpty {
        if rest.first == ":" {
          parameters.append(String(rest.dropFirst()))
          break
        }
        parameters.append(String(word()))
      }
    }
  }

  override func received() { while let line = socket?.takeLine() { received(Line(line), line) } }

  private func unexpected(_ line: String) {
    truth.fail("\(who): unexpected: \(line.prefix(200)); waiting: \(waiting.prefix(3))")
  }

  private func received(_ line: Line, _ text: String) {
    checkFarewell(text)
    simulation.trace("\(number) < \(text.prefix(120))")
    switch line.command {
    case "CAP", "002", "003", "004", "005", "251", "254", "255", "265", "266", "422", "332", "333": break
    case "001":
      guard case .register(let name) = waiting.first else { return unexpected(text) }
      nick = name
      answered()
    case "433":
      if case .register = waiting.first {
        waiting = []
        register()
      } else if case .nick = waiting.first {
        answered()
      } else {
        unexpected(text)
      }
    case "NICK": renamed(line, text)
    case "JOIN": joined(line, text)
    case "PART": parted(line, text)
    case "QUIT": for room in names.keys { names[room]?.went(line.source) }
    case "PRIVMSG": said(line, text)
    case "TOPIC": topic(line, text)
    case "353": listed += (line.parameters.last ?? "").split(separator: " ").map(String.init)
    case "366": endNames(text)
    case "404": refusedMessage(text)
    case "442":
      switch waiting.first {
      case .part: answered()
      case .topic(_, let said):
        truth.told(.refused, of: said)
        answered()
      default: unexpected(text)
      }
    case "400":
      guard case .topic(_, let said) = waiting.first else { return unexpected(text) }
      truth.told(text.contains("may be stored") ? .unknown : .refused, of: said)
      answered()
    case "403":
      guard case .names = waiting.first else { return unexpected(text) }
      answered()
    case "PONG":
      guard case .ping(line.parameters.last) = waiting.first else { return unexpected(text) }
      answered()
    case "PING": if !isMute { socket?.send("PONG :\(line.parameters.last ?? "")\r\n") }
    // The connection ends before it is known to be a client of IRC.
    case "ERR" where text.hasPrefix("ERR timeout") && nick == nil: break
    case "BYE" where nick == nil: break
    case "ERROR": socket?.hasFarewell = true
    default: unexpected(text)
    }
  }

  private func renamed(_ line: Line, _ text: String) {
    guard let new = line.parameters.first else { return unexpected(text) }
    if line.source == nick, case .nick(new) = waiting.first {
      nick = new
      for room in names.keys { names[room]?.renamed(line.source, new) }
      return answered()
    }
    for room in names.keys { names[room]?.renamed(line.source, new) }
  }

  private func joined(_ line: Line, _ text: String) {
    if line.source == nick, case .join(line.room) = waiting.first {
      guard let session, let newest = truth.takeEntrance(of: session, into: line.room),
        rooms[line.room] == nil
      else { return unexpected(text) }
      rooms[line.room] = RoomView(line.room, after: newest, showsTopics: true)
      names[line.room] = NamesView()
      return
    }
    if rooms[line.room] == nil { return unexpected(text) }
    names[line.room]?.came(line.source)
  }

  private func parted(_ line: Line, _ text: String) {
    if line.source == nick, case .part(line.room) = waiting.first {
      (rooms[line.room], names[line.room]) = (nil, nil)
      return answered()
    }
    if rooms[line.room] == nil { return unexpected(text) }
    names[line.room]?.went(line.source)
  }

  private func said(_ line: Line, _ text: String) {
    let said = line.parameters.last ?? ""
    if case .message(line.room, let mine) = waiting.first, line.source.lowercased() == nick?.lowercased(),
      let id = line.id, Truth.token(of: said) == Truth.token(of: mine), let nick
    {
      truth.told(.stored(id, user: nick), of: mine)
      if let view = rooms[line.room], id > view.cursor, truth.item(id, in: line.room)?.isHidden == false {
        rooms[line.room]?.saw(id, .live, truth, who)
      }
      return answered()
    }
    // The rest of a text that came in several lines.
    guard let id = line.id else { return said.hasPrefix("~") ? unexpected(text) : () }
    guard let item = truth.item(id, in: line.room), item.user == line.source, item.text.hasPrefix(said) else {
      return unexpected(text)
    }
    see(id, line, text)
  }

  private func see(_ id: MessageID, _ line: Line, _ text: String) {
    if rooms[line.room] == nil { return unexpected(text) }
    rooms[line.room]?.saw(id, .live, truth, who)
  }

  private func topic(_ line: Line, _ text: String) {
    let said = line.parameters.last ?? ""
    guard let id = truth.id(of: said), truth.item(id, in: line.room)?.text == said else {
      return unexpected(text)
    }
    if case .topic(line.room, said) = waiting.first, let nick {
      truth.told(.stored(id, user: nick), of: said)
      answered()
    }
    see(id, line, text)
  }

  private func endNames(_ text: String) {
    switch waiting.first {
    case .join: answered()
    case .names(let room):
      names[room]?.check(listed, truth, who)
      lastList = (room, listed)
      answered()
    default: unexpected(text)
    }
  }

  private func refusedMessage(_ text: String) {
    guard case .message(_, let said) = waiting.first else { return unexpected(text) }
    truth.told(text.contains("may be stored") ? .unknown : .refused, of: said)
    answered()
  }
}
