import ChatCore
import Delivery
import LineProtocol

/// The plain dialect: for people with netcat, and for scripts.
struct PlainDialect: LineDialect {
  func read(_ line: Span<UInt8>, _ books: Books) -> (step: LineStep, cost: Int) {
    (Self.step(line, books), 1)
  }

  private static func step(_ line: Span<UInt8>, _ books: Books) -> LineStep {
    do throws(ProtocolError) {
      // Nil is a blank line.
      guard let command = try PlainCommand.parse(line) else { return .done }
      return try command.step(line, books)
    } catch {
      let refusal = refuse(error)
      return error.code == .notLineProtocol
        ? .steps([refusal, .close(reason: "not the line protocol")]) : refusal
    }
  }

  func refuseLongLine(_ books: Books) -> (step: LineStep, next: LongLineOutcome) {
    (Self.refuse(ProtocolError(.lineTooLong, asked: "")), .end)
  }

  func settled(_ message: MessagesInFlight.Entry, by event: Event, _ books: Books) -> LineStep {
    Self.tell(event)
  }

  // MARK: Words

  static func say(_ encode: (inout [UInt8]) -> Void) -> LineStep {
    var bytes: [UInt8] = []
    encode(&bytes)
    return .say(bytes)
  }

  static func refuse(_ error: ProtocolError) -> LineStep {
    .refuse(words(of: error), code: error.code.rawValue)
  }

  private static func words(of error: ProtocolError) -> [UInt8] {
    var bytes: [UInt8] = []
    PlainEncoder.error(error, into: &bytes)
    return bytes
  }

  /// Tells the session what came of something that it asked for.
  static func tell(_ event: Event) -> LineStep {
    var bytes: [UInt8] = []
    PlainFormat().encode(event, seenBy: .origin, into: &bytes)
    if case .refused(let refusal) = event.kind { return .refuse(bytes, code: refusal.error.code.rawValue) }
    return .say(bytes)
  }

  func show(_ entry: Entry) -> [UInt8] {
    var bytes: [UInt8] = []
    switch entry {
    case .message(let message): PlainEncoder.history(message, into: &bytes)
    case .topic(let topic): PlainFormat.encode(topic, into: &bytes)
    }
    return bytes
  }

  func showGap(_ room: RoomName, from: MessageID, to: MessageID) -> [UInt8] {
    var bytes: [UInt8] = []
    PlainEncoder.gap(room: room.text, from: from, to: to, into: &bytes)
    return bytes
  }

  /// A person with `nc` cannot answer one.
  func ping(_ books: Books) -> [UInt8]? { nil }

  func dismissal(_ error: ProtocolError, _ books: Books) -> [UInt8] { Self.words(of: error) }

  func farewell(_ reason: Farewell, _ points: [ResumePoint], _ books: Books) -> [UInt8] {
    var bytes: [UInt8] = []
    for point in points {
      PlainEncoder.resume(room: point.room.text, id: point.cursor, into: &bytes)
    }
    PlainEncoder.bye(reason.rawValue, into: &bytes)
    return bytes
  }
}

/// How events look to plain sessions.
struct PlainFormat: EventFormat {
  var quitsPerRoom: Bool { true }

  func encode(_ message: Message, into out: inout [UInt8]) { PlainEncoder.message(message, into: &out) }

  func encode(_ event: Event, seenBy viewer: EventViewer, into out: inout [UInt8]) {
    switch (event.kind, viewer) {
    case (.message(let message, _, _, _), .origin), (.repeated(let message), .origin):
      PlainEncoder.okMessage(room: message.room, id: message.id, into: &out)
    case (.joined(let joining), .origin):
      PlainEncoder.okJoin(room: joining.name.text, id: joining.newest, into: &out)
    case (.joined(let joining), .others(in: let room)):
      PlainEncoder.join(room: room.text, nick: joining.nick.text, into: &out)
    case (.parted(let parting), .origin): PlainEncoder.okPart(room: parting.name.text, into: &out)
    case (.parted(let parting), .others(in: let room)):
      PlainEncoder.part(room: room.text, nick: parting.nick.text, into: &out)
    case (.quit(let quitting), .others(in: let room)):
      PlainEncoder.part(room: room.text, nick: quitting.nick.text, into: &out)
    case (.named(let nick, _), .origin): PlainEncoder.okNick(nick.text, into: &out)
    case (.renamed(let renaming), .origin): PlainEncoder.okNick(renaming.new.text, into: &out)
    case (.renamed(let renaming), .others):
      PlainEncoder.nick(from: renaming.old.text, to: renaming.new.text, into: &out)
    case (.topic(let change), .others): Self.encode(change.stored, into: &out)
    case (.refused(let refusal), .origin): PlainEncoder.error(refusal.error, into: &out)
    // No plain command sets a topic. A session that has quit is shown nothing.
    case (.topic, .origin), (.quit, .origin): break
    // Others are shown messages in runs.
    case (.message, .others), (.repeated, .others), (.named, .others), (.refused, .others): break
    case (.opened, _), (.closed, _), (.wanted, _): break
    }
  }

  /// The same live and in a replay.
  static func encode(_ topic: StoredTopic, into out: inout [UInt8]) {
    PlainEncoder.topic(
      room: topic.room, id: topic.id, nick: topic.topic.author, text: topic.topic.text, into: &out)
  }
}
