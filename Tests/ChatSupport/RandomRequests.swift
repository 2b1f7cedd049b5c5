package import ChatCore
import LineProtocol

/// Requests of a few sessions with few names in few rooms: so few that they meet. Among them are those that
/// are refused.
package struct RandomRequests: Sendable {
  package var generator: SeededGenerator
  private let sessions: [SessionID]
  private let nicks: [Nick]
  private let rooms: [RoomName]
  private let texts: [MessageText]
  private let references: [MessageReference]
  /// The last that has a reference.
  private var said: Request?

  package static func policy() throws -> Policy {
    Policy(roomsPerSession: 4, rooms: 6, reserved: try Nick("robot"))
  }

  package init(seed: UInt64) throws {
    generator = SeededGenerator(seed: seed)
    sessions = (0..<9).map { SessionID(loop: UInt16($0 % 3), serial: UInt64(1 + $0 / 3)) }
    nicks = try ["ann", "ANN", "Bob", "bob", "carl", "dora", "Robot"].map { text throws in try Nick(text) }
    rooms = try ["lobby", "Lobby", "a", "b", "c", "d", "e", "ops\u{200B}", "\u{E9}", "e\u{301}"].map {
      text throws in try RoomName(text)
    }
    texts = try ["x", "two\nlines", "f\u{FC}r"].map { text throws in try MessageText(text) }
    references = try ["r1", "r2", "r3"].map { text throws in try MessageReference(text) }
  }

  package mutating func next() -> Request {
    // Whoever got no answer sends it again.
    if let said, generator.oneIn(12) { return said }
    let request = Request(generator.pick(sessions), action())
    if request.action.utterance?.reference != nil { said = request }
    return request
  }

  /// `count` requests.
  package mutating func next(_ count: Int) -> [Request] { (0..<count).map { _ in next() } }

  private mutating func action() -> Request.Action {
    switch Int.random(in: 0..<20, using: &generator) {
    case 0...2: .claim(generator.pick(nicks))
    case 3, 4: .enter(generator.pick(nicks), generator.pick(rooms), after: cursor())
    case 5...8: .join(generator.pick(rooms), after: cursor())
    case 9, 10: .part(generator.pick(rooms), reason: generator.oneIn(2) ? nil : "b\u{E9} right back")
    case 11...14:
      .publish(generator.pick(rooms), generator.pick(texts), generator.pick(kinds), once: reference())
    case 15:
      .post(
        generator.pick(rooms), generator.pick(texts), as: generator.pick(nicks),
        generator.pick([.user, .ai]),
        once: reference())
    case 16, 17: .setTopic(generator.pick(rooms), generator.pick(["", "beer", "caf\u{E9}"]))
    default: .end(reason: generator.pick(["", "timeout"]))
    }
  }

  private var kinds: [Message.Kind] { Message.Kind.allCases }

  private mutating func cursor() -> MessageID? {
    generator.oneIn(3) ? MessageID(Int64.random(in: 0..<60, using: &generator)) : nil
  }

  private mutating func reference() -> MessageReference? {
    generator.oneIn(3) ? generator.pick(references) : nil
  }
}
