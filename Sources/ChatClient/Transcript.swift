import LineProtocol

/// What an interactive chat shows for each event, as lines for the terminal.
struct Transcript {
  let room: RoomName
  let style: Style
  /// The local time of a moment, or of now, as it is to be shown.
  let clock: (Timestamp?) -> String
  private var nick: String?
  private var isReconnecting = false

  init(room: RoomName, style: Style, clock: @escaping (Timestamp?) -> String) {
    self.room = room
    self.style = style
    self.clock = clock
  }

  mutating func lines(for event: ChatSession.Event) -> [String] {
    switch event {
    case .message(let message): return said(message.user, message.text, at: message.time, isOwn: false)
    case .topic(let topic):
      if topic.text.isEmpty { return [note("\(topic.user) took the topic away")] }
      return [note("\(topic.user) set the topic", topic.text)]
    case .stored(let draft, _): return said(nick ?? "", draft.text, at: nil, isOwn: true)
    case .refused(let draft, let reason): return [note("not sent", draft.text, reason)]
    case .uncertain(let draft):
      return [note("not acknowledged, and not among the stored messages", draft.text)]
    case .live(let nick): return wentLive(nick)
    case .resuming: return isReconnecting ? [note("connected again")] : []
    case .gap(let from, let to):
      return [note("the messages after id \(from) up to id \(to) are no longer stored")]
    case .newLog: return [note("the server has another log now; what it holds is not shown")]
    case .joined(let nick): return [note("\(nick) joined")]
    case .left(let nick): return [note("\(nick) left")]
    case .renamed(let from, let to): return [note("\(from) is now \(to)")]
    case .names(let names, let isWanted):
      return isWanted ? [note("\(names.count) here: \(names.joined(separator: ", "))")] : []
    case .farewell("slow"): return [note("the server cut the connection: messages were not read fast enough")]
    case .farewell("shutdown"): return [note("the server is shutting down")]
    case .farewell(let reason): return [note("the server says good-bye: \(reason)")]
    case .throttled(let reason, let seconds):
      defer { isReconnecting = true }
      return [note("the server ended the connection", reason, "going on in \(seconds) s")]
    case .rejected(let reason, _): return [note("the server refused: \(reason)")]
    case .disconnected(let reason):
      defer { isReconnecting = true }
      return isReconnecting ? [] : [note("\(reason); connecting again")]
    }
  }

  /// A remark of the client itself; its parts are separated by colons.
  func note(_ parts: String...) -> String {
    style.dim("* " + parts.map(Sanitizer.isolated).joined(separator: ": "))
  }

  private mutating func wentLive(_ nick: String) -> [String] {
    defer {
      self.nick = nick
      isReconnecting = false
    }
    if nick == self.nick { return [] }
    return [note("you are \(nick) in \(room.text); /help lists the commands, /quit or Ctrl-C quits")]
  }

  private func said(_ user: String, _ text: String, at time: Timestamp?, isOwn: Bool) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let name = Sanitizer.isolated(user)
    let shown = isOwn ? style.bold(name) : style.name(name)
    let first = lines.first ?? ""
    // What IRC shows as an action comes as text that begins with /me.
    let speech =
      first.hasPrefix("/me ")
      ? "* \(shown) \(Sanitizer.isolated(String(first.dropFirst(4))))"
      : "\(shown): \(Sanitizer.isolated(first))"
    return ["\(style.dim(clock(time))) \(speech)"] + lines.dropFirst().map { "  " + Sanitizer.isolated($0) }
  }
}

/// Colours, or none: then every text comes out as it is.
struct Style: Equatable, Sendable {
  let isColored: Bool

  /// By https://no-color.org, and not where the output is no terminal.
  init(isTerminal: Bool, environment: (String) -> String?) {
    let noColor = environment("NO_COLOR") ?? ""
    isColored = isTerminal && noColor.isEmpty && environment("TERM") != "dumb"
  }

  fileprivate func dim(_ text: String) -> String { colored(text, "2") }

  func bold(_ text: String) -> String { colored(text, "1") }

  /// A name in a colour of its own, always the same one.
  func name(_ name: String) -> String {
    let sum = name.lowercased().utf8.reduce(UInt32(7)) { $0 &* 31 &+ UInt32($1) }
    return colored(name, "3\(1 + sum % 6)")
  }

  private func colored(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
