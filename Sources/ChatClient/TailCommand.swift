import Glibc
import LineProtocol

/// `linechat tail`: follows a room until it is stopped or nobody reads its output.
struct TailCommand {
  let streams: Streams
  private let connection: ReconnectingConnection
  private let isTerminal: Bool
  private var hasBeenLive = false
  private var isReconnecting = false

  /// - Parameters:
  ///   - name: The follower's name in the room.
  ///   - after: The id of the last message not wanted; nil wants what comes next.
  init(name: Nick, room: RoomName, after: MessageID?, server: ServerAddress, streams: Streams) {
    self.streams = streams
    isTerminal = isatty(streams.output) == 1
    let start = after.map { ChatSession.Start.after($0) } ?? .live
    connection = ReconnectingConnection(ChatSession(nick: name, room: room, start: start), to: server)
  }

  /// Returns the exit status: 0 when it was stopped, 1 when it could not follow.
  mutating func run() -> Int32 {
    let signals = SignalDescriptor([SIGINT, SIGTERM])
    do {
      try connection.connect()
    } catch {
      streams.complain(error.message)
      return 1
    }
    // Asking for no event reports only that nobody reads the output.
    let output = pollfd(fd: streams.output, events: 0, revents: 0)
    while true {
      let ready = wait(
        for: [connection.pollDescriptor, pollfd(reading: signals.descriptor), output],
        atMost: connection.pollTimeout)
      if ready[1] != 0 || ready[2] != 0 {
        _ = connection.close()
        return 0
      }
      if let status = tell(connection.turn(ready[0])) {
        _ = connection.close()
        return status
      }
    }
  }

  /// Prints what came; returns the exit status when that is the end.
  private mutating func tell(_ events: [ChatSession.Event]) -> Int32? {
    var records = ""
    for event in events {
      if case .message(let message) = event {
        records += TailCommand.record(message, forTerminal: isTerminal)
      } else if let status = note(event) {
        return streams.print(records) ? status : 0
      }
    }
    return records.isEmpty || streams.print(records) ? nil : 0
  }

  private mutating func note(_ event: ChatSession.Event) -> Int32? {
    switch event {
    case .resuming(let id):
      if isReconnecting { streams.complain("connected again, continuing after id \(id)") }
    case .live:
      hasBeenLive = true
      isReconnecting = false
    case .gap(let from, let to):
      streams.complain("the messages after id \(from) up to id \(to) are no longer stored")
    case .newLog(let lastSeen):
      streams.complain(
        "the server has no id as high as \(lastSeen): it has another log than the one followed so far")
      return 1
    case .farewell("slow"):
      streams.complain("the server cut the connection because messages were not read fast enough")
    case .rejected(let reason, let isTransient):
      guard hasBeenLive, isTransient else {
        streams.complain(reason)
        return 1
      }
    case .disconnected(let reason):
      guard hasBeenLive else {
        streams.complain(reason)
        return 1
      }
      if !isReconnecting { streams.complain("\(reason); connecting again") }
      isReconnecting = true
    case .throttled(let reason, let seconds):
      guard hasBeenLive else {
        streams.complain(reason)
        return 1
      }
      streams.complain("the server ended the connection: \(reason); going on in \(seconds) s")
      isReconnecting = true
    case .message, .topic, .stored, .refused, .uncertain, .joined, .left, .renamed, .names, .farewell: break
    }
    return nil
  }

  /// `ID USER TEXT`, where further lines of the text begin with a tab: the same whether the message is live
  /// or stored.
  static func record(_ message: ChatMessage, forTerminal: Bool) -> String {
    let shown = { (text: String) in forTerminal ? Sanitizer.isolated(text) : text }
    let lines = message.text.split(separator: "\n", omittingEmptySubsequences: false).map {
      shown(String($0))
    }
    let record = ["\(message.id) \(shown(message.user)) \(lines[0])"] + lines.dropFirst().map { "\t" + $0 }
    return record.joined(separator: "\n") + "\n"
  }
}
