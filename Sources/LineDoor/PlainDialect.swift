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
