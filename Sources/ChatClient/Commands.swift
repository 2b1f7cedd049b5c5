import Glibc
package import LineProtocol

/// `linechat chat`: talks in a room until the person quits or, in a pipe, the input ends.
///
/// Returns the exit status. At a terminal that is 0 unless the server could not be reached, refused the
/// session, or left a text unacknowledged; in a pipe 0 when every line is stored, otherwise 1. What failed is
/// told on standard error.
package func runChat(user: Nick, room: RoomName, server: ServerAddress) -> Int32 {
  runChat(user: user, room: room, server: server, streams: Streams())
}

/// `linechat send`: sends a text of one line as `name` (numbered if it is taken) and prints the message's id.
///
/// Returns the exit status: 0 when the message is stored; 1 when it was refused or the connection failed,
/// with the reason on standard error.
package func runSend(room: RoomName, text: String, name: Nick, server: ServerAddress) -> Int32 {
  signal(SIGPIPE, SIG_IGN)
  return SendCommand(name: name, room: room, server: server, streams: Streams()).run(text)
}

/// `linechat tail`: prints each message of a room as `ID USER TEXT`, further lines of a text indented by a
/// tab.
///
/// - Parameter after: The id after which to begin; 0 is the beginning, nil begins with what comes next.
/// - Returns: The exit status: 0 when stopped by SIGINT, SIGTERM or the end of whoever reads the output; 1
///   when the server could not be reached at first, refused, or has another log than the one followed.
package func runTail(room: RoomName, after: MessageID?, server: ServerAddress) -> Int32 {
  signal(SIGPIPE, SIG_IGN)
  let streams = Streams()
  do {
    let name = try Nick("tail-\(getpid())")
    var command = TailCommand(name: name, room: room, after: after, server: server, streams: streams)
    return command.run()
  } catch {
    streams.complain(error.reason)
    return 1
  }
}

func runChat(user: Nick, room: RoomName, server: ServerAddress, streams: Streams) -> Int32 {
  signal(SIGPIPE, SIG_IGN)
  let isInteractive = isatty(streams.input) == 1 && isatty(streams.output) == 1
  let start = isInteractive ? ChatSession.Start.recent(20) : .live
  // A pipe sends lines again when a server has told it to wait; a person looks what is there.
  let references = isInteractive ? nil : String(UInt64.random(in: 0...UInt64.max), radix: 36)
  let session = ChatSession(nick: user, room: room, start: start, references: references)
  let connection = ReconnectingConnection(session, to: server)
  do {
    try connection.connect()
  } catch {
    streams.complain(error.message)
    return 1
  }
  guard isInteractive, let terminal = RawTerminal(streams) else {
    var chat = PipedChat(connection: connection, streams: streams)
    return chat.run()
  }
  let style = Style(isTerminal: true) { name in getenv(name).map { String(cString: $0) } }
  let transcript = Transcript(room: room, style: style, clock: Clock.local)
  var chat = InteractiveChat(
    connection: connection, terminal: terminal, streams: streams, transcript: transcript)
  return chat.run()
}

/// Why a client cannot do what it was asked, in words for the person at the terminal.
struct ClientError: Error, Equatable {
  let message: String
}
