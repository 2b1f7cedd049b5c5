import Delivery
import LineProtocol

@testable import ChatCore
@testable import LineDoor

/// A session without a socket: reads lines, carries out steps, and writes down what it did. The test says
/// what comes of it.
final class ScriptedSession: StepRunner {
  enum Deed: Equatable {
    case say(String)
    case refused(String)
    case submit(Request.Action)
    case ask(DirectoryQuery)
    case read(HistoryQuery)
    case awaitDrain
    case goLive(RoomID)
    case replay(ReplayOrder)
    case close(String)
    case keep(BookEntry)
    /// All steps are taken.
    case end
  }

  var progress = StepProgress()
  var books: Books
  private var deeds: [Deed] = []

  init(_ registration: Registration = .plain, nick: String? = nil, in rooms: [String] = [], limit: Int? = nil)
    throws
  {
    let settings = LineSettings(
      irc: IRCEncoder(serverName: "srv"), softwareVersion: "linechat-0", networkName: "Net",
      started: Timestamp(milliseconds: 0), roomsPerSession: limit,
      now: { Timestamp(milliseconds: 1_000) })
    books = Books(settings, StillLoop.shared)
    books.registration = registration
    books.nick = try nick.map { try Nick($0) }
    books.rooms = try rooms.map { Books.JoinedRoom(id: try room($0).id, name: try RoomName($0)) }
  }

  // MARK: What comes

  /// What a line does, at once.
  func line(_ text: String) -> [Deed] { line(Array(text.utf8)) }

  func line(_ bytes: [UInt8]) -> [Deed] {
    perform { run(books.registration.dialect.read(bytes.span, books).step) }
  }

  func cost(_ text: String) -> Int {
    books.registration.dialect.read(Array(text.utf8).span, books).cost
  }

  /// What an event of the session does: as ``LineSession/received(_:)``.
  func happens(_ kind: Event.Kind) -> [Deed] {
    let event = Event(origin: SessionID(loop: 0, serial: 1), kind)
    books.note(event)
    return perform { happened(event) }
  }

  func refused(_ verb: Request.Verb, _ code: ErrorCode, asked: String = "") -> [Deed] {
    happens(.refused(Refusal(verb, ProtocolError(code, asked: asked))))
  }

  func settled(_ kind: Message.Kind = .message, in room: String = "lobby", by event: Event.Kind) throws
    -> [Deed]
  {
    let entry = MessagesInFlight.Entry(room: try RoomName(room), kind: kind)
    let event = Event(origin: SessionID(loop: 0, serial: 1), event)
    return perform { run(books.registration.dialect.settled(entry, by: event, books)) }
  }

  func found(_ answer: DirectoryAnswer) -> [Deed] { perform { answered(answer) } }
  func found(_ result: Result<HistoryPage, LogError>) -> [Deed] { perform { answered(result) } }
  func drains() -> [Deed] { perform { drained() } }
  func replays(_ result: Result<MessageID, LogError>) -> [Deed] { perform { replayed(result) } }

  private func perform(_ body: () -> Void) -> [Deed] {
    deeds = []
    body()
    return deeds
  }

  // MARK: StepRunner

  func say(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if !text.isEmpty { deeds.append(.say(text)) }
  }
  func countRefusal(_ code: String) { deeds.append(.refused(code)) }
  func submit(_ action: Request.Action) { deeds.append(.submit(action)) }
  func ask(_ query: DirectoryQuery) { deeds.append(.ask(query)) }
  func read(_ query: HistoryQuery) { deeds.append(.read(query)) }
  func awaitDrain() { deeds.append(.awaitDrain) }
  func goLive(in room: RoomID) { deeds.append(.goLive(room)) }
  func startReplay(_ order: ReplayOrder) { deeds.append(.replay(order)) }
  func close(reason: String) { deeds.append(.close(reason)) }
  func stepsEnded() { deeds.append(.end) }
  func perform(_ step: any DoorStep) {
    if let own = step as? BookEntry { perform(own) }
  }

  private func perform(_ own: BookEntry) {
    switch own {
    case .register(let registration): books.registration = registration
    case .negotiate(let negotiation): books.irc.negotiation = negotiation
    case .setModes(let modes): books.irc.modes = modes
    }
    deeds.append(.keep(own))
  }
}

/// A loop that has shown everything up to 90 of a log that ends at 100, and 7 in each room.
private final class StillLoop: LoopStatus, Sendable {
  static let shared = StillLoop()
  let applied: MessageID = 90
  let tail: MessageID = 100
  let invisibleSessions = 1
  func newest(in room: RoomID) -> MessageID { 7 }
}

/// A room that tests speak of. Its number is the length of its name.
func room(
  _ name: String, topic: String? = nil, members: Int = 1
) throws -> RoomDescription {
  let topic = topic.map { Topic(text: $0, author: "tim", time: Timestamp(milliseconds: 5_000)) }
  return RoomDescription(
    id: RoomID(Int64(name.utf8.count)), name: try RoomName(name), topic: topic, memberCount: members)
}

func message(_ text: String = "hi", id: MessageID = 8, in room: String = "lobby", by user: String = "ann")
  -> Message
{
  Message(id: id, room: room, user: user, text: text, time: Timestamp(milliseconds: 0))
}

extension Event.Kind {
  static func said(_ message: Message) throws -> Event.Kind {
    .message(
      message, in: try room(message.room).id, once: nil, before: RoomBefore(isStored: true, newest: 0))
  }

  static func entered(_ name: String, newest: MessageID = 0, after: MessageID? = nil) throws -> Event.Kind {
    .joined(
      Joining(
        room: try room(name).id, name: try RoomName(name), nick: try Nick("ann"), newest: newest,
        after: after,
        isFirst: true, seat: 1))
  }

  static func left(_ name: String, reason: String? = nil) throws -> Event.Kind {
    .parted(
      Parting(
        room: try room(name).id, name: try RoomName(name), nick: try Nick("ann"), reason: reason,
        isLast: true,
        seat: 1, index: 0))
  }

  static func renamed(
    _ old: String, _ new: String, in looks: KeyValuePairs<String, Renaming.Look> = [:]
  ) throws -> Event.Kind {
    let rooms = try looks.map { name, look in
      Renaming.Room(id: try room(name).id, name: try RoomName(name), look: look, seat: 1)
    }
    return .renamed(Renaming(old: try Nick(old), new: try Nick(new), isClaimed: true, rooms: rooms))
  }

  static func topic(_ text: String, in name: String) throws -> Event.Kind {
    .topic(
      TopicChange(
        id: 9, room: try room(name).id, name: try RoomName(name),
        topic: Topic(text: text, author: "ann", time: Timestamp(milliseconds: 0)), old: nil,
        before: RoomBefore(isStored: false, newest: 0)))
  }
}
