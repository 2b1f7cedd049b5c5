import ChatCore
import LineProtocol
import Testing

/// What IRC's WHO, ISON and LUSERS ask the hub.
@Suite(.timeLimit(.minutes(5))) struct HubPeopleTests {
  @Test func findsTheNicksThatLineSessionsHave() throws {
    var hub = Hub()
    let (alice, visitor) = (SessionID(loop: 0, serial: 1), SessionID(loop: 1, serial: 1))
    _ = hub.decide(Request(alice, .claim(try Nick("Alice"))), lastID: 0)
    _ = hub.decide(Request(visitor, .name(try Nick("visitor"))), lastID: 0)
    let asked = try ["nobody", "ALICE", "visitor"].map { name throws(NameError) in try Nick(name) }
    #expect(try found(asked, &hub).map(\.text) == ["Alice"])
    _ = hub.decide(Request(alice, .end(reason: "")), lastID: 0)
    #expect(try found(asked, &hub).isEmpty)
  }

  @Test func countsSessionsAndRooms() throws {
    var hub = Hub()
    let (alice, bob) = (SessionID(loop: 0, serial: 1), SessionID(loop: 0, serial: 2))
    _ = hub.decide(Request(alice, .claim(try Nick("alice"))), lastID: 0)
    _ = hub.decide(Request(bob, .claim(try Nick("bob"))), lastID: 0)
    _ = hub.decide(Request(bob, .end(reason: "")), lastID: 0)
    for room in ["a", "b"] {
      _ = hub.decide(Request(alice, .join(try RoomName(room), after: nil)), lastID: 0)
    }
    guard
      case .reply(.count(sessions: 1, mostSessions: 2, rooms: 2)) = hub.decide(
        Request(alice, .count), lastID: 0)
    else {
      Issue.record("one session and two rooms are not counted")
      return
    }
  }

  @Test func aRoomWithAHiddenCharacterIsNotMade() throws {
    let (hidden, alice) = (try RoomName("ops\u{200B}"), SessionID(loop: 0, serial: 1))
    var hub = Hub()
    _ = hub.decide(Request(alice, .claim(try Nick("alice"))), lastID: 0)
    guard case .reply(.refused(let error)) = hub.decide(Request(alice, .join(hidden, after: nil)), lastID: 0)
    else {
      Issue.record("it was made")
      return
    }
    #expect(error.code == .badRoom && error.reason.contains("U+200B"))
    let post = Request.Action.post(hidden, try MessageText("x"), as: try Nick("bot"), .user)
    _ = hub.decide(Request(alice, post), lastID: 0)
    #expect(hub.roomCount == 0)
  }

  @Test func aStoredRoomWithAHiddenCharacterIsEntered() throws {
    let (hidden, alice) = (try RoomName("ops\u{200B}"), SessionID(loop: 0, serial: 1))
    var hub = Hub(rooms: [StoredRoom(id: RoomID(1), name: hidden, topic: nil)])
    _ = hub.decide(Request(alice, .claim(try Nick("alice"))), lastID: 0)
    guard case .event = hub.decide(Request(alice, .join(hidden, after: nil)), lastID: 0) else {
      Issue.record("it was not entered")
      return
    }
  }

  private func found(_ nicks: [Nick], _ hub: inout Hub) throws -> [Nick] {
    let asking = SessionID(loop: 2, serial: 7)
    guard case .reply(.found(let found)) = hub.decide(Request(asking, .find(nicks)), lastID: 0) else {
      throw NameError(reason: "the hub does not answer")
    }
    return found
  }
}
