import Glibc
import LineProtocol

/// `linechat chat` at a terminal: messages scroll by above the line that is being typed.
struct InteractiveChat {
  /// Names of a room beyond it are not completed.
  private static let mostNames = 10_000

  private let streams: Streams
  private let connection: ReconnectingConnection
  private var screen: ChatScreen
  private var transcript: Transcript
  private var editor = LineEditor()
  private var hasBeenLive = false

  /// How `run` ended, and what remains to be said when the terminal is as it was.
  private struct Ending {
    var status: Int32
    var complaints: [String] = []
  }

  /// Takes over what is connected, and a terminal that is raw.
  init(connection: ReconnectingConnection, terminal: RawTerminal, streams: Streams, transcript: Transcript) {
    self.streams = streams
    self.connection = connection
    self.transcript = transcript
    screen = ChatScreen(terminal, streams, prompt: transcript.room.text + "> ")
  }

  /// Returns the exit status.
  mutating func run() -> Int32 {
    let ending = converse()
    screen.restore()
    for complaint in ending.complaints { streams.complain(complaint) }
    return ending.status
  }

  private mutating func converse() -> Ending {
    let signals = SignalDescriptor([SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT])
    screen.show(above: editor)
    while true {
      let ready = wait(
        for: [
          connection.pollDescriptor, pollfd(reading: streams.input), pollfd(reading: signals.descriptor),
        ],
        atMost: connection.pollTimeout)
      while let signal = signals.next() {
        switch signal {
        case SIGCONT: screen.resume()
        case SIGWINCH: break
        default: return leave()
        }
        screen.show(above: editor)
      }
      if ready[1] != 0, !readKeys() { return leave() }
      let events = connection.turn(ready[0])
      show(events)
      if let ending = ending(after: events) { return ending }
    }
  }

  /// Returns false when the person quits.
  private mutating func readKeys() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(streams.input, &bytes, bytes.count)
    guard count > 0 else { return count < 0 && (errno == EINTR || errno == EAGAIN) }
    // One after the other: what follows a line may depend on what became of it.
    for byte in bytes[..<count] {
      guard editor.feed([byte]).allSatisfy({ obey($0) }) else { return false }
    }
    screen.show(above: editor)
    return true
  }

  /// Returns false when the person quits.
  private mutating func obey(_ request: LineEditor.Request) -> Bool {
    switch request {
    case .submit(let line): return entered(line, isPasted: false)
    case .submitPasted(let line): return entered(line, isPasted: true)
    case .quit: return false
    case .redraw: screen.redraw(editor)
    case .suspend: screen.suspend()
    }
    return true
  }

  /// Returns false when the person quits.
  private mutating func entered(_ line: String, isPasted: Bool) -> Bool {
    switch TypedLine(line, isPasted: isPasted) {
    case .nothing: break
    case .say(let text):
      if let reason = say(text) { notSent(line, reason, isPasted) }
    case .quit: return false
    case .help: note(TypedLine.helpPage)
    case .names: askNames()
    case .refused(let reason): notSent(line, reason, isPasted)
    }
    return true
  }

  /// Returns why the text cannot be said.
  private mutating func say(_ text: String) -> String? {
    do {
      _ = try MessageText(text)
    } catch {
      return error.reason
    }
    let wasLive = connection.session.phase == .live
    let events = connection.submit(Draft(text: text))
    if !wasLive {
      screen.show([transcript.note("will be sent when there is a connection", text)], above: editor)
    }
    show(events)
    return nil
  }

  /// A typed line can be corrected, unless another one is begun already: then Up brings it back. After a
  /// pasted one more is to come.
  private mutating func notSent(_ line: String, _ reason: String, _ isPasted: Bool) {
    if isPasted { return screen.show([transcript.note("not sent", line, reason)], above: editor) }
    if editor.isEmpty { editor.restore(line) }
    note(["not sent: \(reason)"])
  }

  private mutating func askNames() {
    guard connection.session.phase == .live else { return note(["there is no connection"]) }
    connection.askNames()
  }

  private mutating func ending(after events: [ChatSession.Event]) -> Ending? {
    for event in events {
      switch event {
      case .live: hasBeenLive = true
      case .rejected(let reason, let isTransient):
        if !hasBeenLive || !isTransient { return Ending(status: 1, complaints: [reason]) }
      case .disconnected(let reason), .throttled(let reason, _):
        if !hasBeenLive { return Ending(status: 1, complaints: [reason]) }
      case .message, .topic, .stored, .refused, .uncertain, .resuming, .gap, .newLog, .joined, .left,
        .renamed,
        .names,
        .farewell:
        break
      }
    }
    return nil
  }

  private mutating func leave() -> Ending {
    show(connection.close())
    let unsettled = connection.session.unsettled.map { draft, wasSent in
      "\(wasSent ? "not acknowledged" : "not sent"): \(draft.text)"
    }
    return Ending(status: unsettled.isEmpty ? 0 : 1, complaints: unsettled)
  }

  private mutating func show(_ events: [ChatSession.Event]) {
    for event in events { learnNames(from: event) }
    let lines = events.flatMap { transcript.lines(for: $0) }
    if !lines.isEmpty { screen.show(lines, above: editor) }
  }

  private mutating func note(_ texts: [String]) {
    screen.show(texts.map { transcript.note($0) }, above: editor)
  }

  private mutating func learnNames(from event: ChatSession.Event) {
    switch event {
    case .names(let names, _): editor.names = Set(names.prefix(InteractiveChat.mostNames))
    case .joined(let name): if editor.names.count < InteractiveChat.mostNames { editor.names.insert(name) }
    case .left(let name): editor.names.remove(name)
    case .renamed(let from, let to): if editor.names.remove(from) != nil { editor.names.insert(to) }
    case .message, .topic, .stored, .refused, .uncertain, .resuming, .live, .gap, .newLog, .farewell,
      .disconnected,
      .rejected, .throttled:
      break
    }
  }
}
