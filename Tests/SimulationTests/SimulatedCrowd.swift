import ChatCore
import ChatTestSupport
import LineProtocol

/// So many people that their names, and their rooms, do not fit into one part of a list. Their connections are
/// another node's: here they are only what they ask for.
final class SimulatedCrowd {
  static let room = Simulation.rooms[0]

  private struct Person {
    let name: String
    var session: SessionID
    var isThere = false
  }

  private var people: [Person] = []
  private var lastSerial: UInt64 = 0

  init(count: Int) {
    for number in 0..<count { people.append(Person(name: "crowd\(number)", session: newSession())) }
  }

  private func newSession() -> SessionID {
    lastSerial += 1
    return SessionID(node: 9, loop: 0, serial: lastSerial)
  }

  /// The names that are there when everything is decided.
  var names: [String] { people.filter(\.isThere).map(\.name) }

  /// Everybody comes.
  func come() throws -> [Request] { try people.indices.flatMap { try enter($0) } }

  /// The server has ended, and nobody is there any more.
  func serverEnded() { for index in people.indices { people[index].isThere = false } }

  /// Somebody comes or goes.
  func stir(_ random: inout SeededGenerator) throws -> [Request] {
    let index = Int.random(in: people.indices, using: &random)
    if !people[index].isThere { return try enter(index) }
    people[index].isThere = false
    return [Request(people[index].session, .end(reason: "gone"))]
  }

  private func enter(_ index: Int) throws -> [Request] {
    let session = newSession()
    people[index].session = session
    people[index].isThere = true
    return [
      Request(session, .enter(try Nick(people[index].name), try RoomName(Self.room), after: nil)),
      Request(session, .join(try RoomName("of-\(people[index].name)"), after: nil)),
    ]
  }
}
