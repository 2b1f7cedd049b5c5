import Glibc
import LineProtocol

/// `linechat send`: one message, and the id under which it is stored.
struct SendCommand {
  /// How long the server may take in all.
  private static let timeout: Int64 = 30_000

  private let streams: Streams
  private let connection: ReconnectingConnection

  init(name: Nick, room: RoomName, server: ServerAddress, streams: Streams) {
    self.streams = streams
    connection = ReconnectingConnection(ChatSession(nick: name, room: room, start: .live), to: server)
  }

  /// Returns the exit status: 0 when the message is stored, otherwise 1.
  func run(_ text: String) -> Int32 {
    do {
      try SendCommand.check(text)
      try connection.connect()
    } catch {
      return fail(error.message)
    }
    var events = connection.submit(Draft(text: text))
    let end = Clock.milliseconds() + SendCommand.timeout
    while true {
      for event in events {
        if let status = status(after: event) { return status }
      }
      let rest = end - Clock.milliseconds()
      guard rest > 0 else { return broken("no answer for \(SendCommand.timeout / 1000) s") }
      events = connection.turn(wait(for: [connection.pollDescriptor], atMost: Int32(rest))[0])
    }
  }

  private static func check(_ text: String) throws(ClientError) {
    do {
      guard try MessageText(text).isMultiline else { return }
    } catch {
      throw ClientError(message: error.reason)
    }
    throw ClientError(message: "the text has several lines, and this door takes one line for a message")
  }

  private func status(after event: ChatSession.Event) -> Int32? {
    switch event {
    case .stored(_, let id):
      let isPrinted = streams.print("\(id)\n")
      _ = connection.close()
      return isPrinted ? 0 : 1
    case .refused(_, let reason):
      _ = connection.close()
      return fail(reason)
    case .rejected(let reason, _), .throttled(let reason, _): return fail(reason)
    case .disconnected(let reason): return broken(reason)
    case .message, .topic, .uncertain, .live, .resuming, .gap, .newLog, .joined, .left, .renamed, .names,
      .farewell:
      return nil
    }
  }

  private func broken(_ reason: String) -> Int32 {
    let wasSent = connection.session.unsettled.contains(where: \.wasSent)
    return fail(
      "\(reason); the message \(wasSent ? "may be stored: look before you send it again" : "was not sent")")
  }

  private func fail(_ message: String) -> Int32 {
    streams.complain(message)
    return 1
  }
}
