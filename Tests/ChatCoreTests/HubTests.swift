import LineProtocol
import Testing

@testable import ChatCore

@Suite(.timeLimit(.minutes(5))) struct HubTests {
  private let alice = SessionID(loop: 0, serial: 1)
  private let bob = SessionID(loop: 0, serial: 2)
  private let lobby = try! RoomName("lobby")

  private func hub(_ names: [(SessionID, String)]) throws -> Hub {
    var hub = Hub(reserved: try Nick("mock-ai"))
    for (session, name) in names { _ = hub.decide(Request(session, .claim(try Nick(name))), lastID: 0) }
    return hub
  }

  @Test func aNickBelongsToOneLineSession() throws {
    var hub = try hub([(alice, "alice")])
    let decision = hub.decide(Request(bob, .claim(try Nick("ALICE"))), lastID: 0)
    guard case .reply(.nickInUse(let error, holder: alice)) = decision else {
      Issue.record("\(decision)")
      return
    }
    #expect(error.code == .nickInUse)
    _ = hub.decide(Request(alice, .end(reason: "gone")), lastID: 0)
    #expect(hub.decide(Request(bob, .claim(try Nick("alice"))), lastID: 0).events.count == 1)
  }

  @Test func theAgentsNameIsReservedOnEveryDoor() throws {
    var hub = try hub([])
    let name = try Nick("Mock-AI")
    let text = try MessageText("x")
    for action in [Request.Action.claim(name), .name(name), .post(lobby, text, as: name, .user)] {
      #expect(hub.decide(Request(alice, action), lastID: 0).refusal == .nickReserved)
    }
    #expect(hub.decide(Request(alice, .post(lobby, text, as: name, .ai)), lastID: 0).events.count == 1)
  }

  @Test func joiningNeedsANameAndAKnownID() throws {
    var hub = try hub([(alice, "alice")])
    #expect(hub.decide(Request(bob, .join(lobby, after: nil)), lastID: 0).refusal == .noNick)
    #expect(hub.decide(Request(alice, .join(lobby, after: 8)), lastID: 7).refusal == .futureID)
    #expect(hub.decide(Request(alice, .join(lobby, after: 7)), lastID: 7).events.count == 1)
    guard case .reply(.alreadyJoined) = hub.decide(Request(alice, .join(lobby, after: 1)), lastID: 7) else {
      Issue.record("joined twice")
      return
    }
  }

  @Test func presenceIsPerName() throws {
    var hub = try hub([(alice, "ann")])
    _ = hub.decide(Request(bob, .name(try Nick("Ann"))), lastID: 0)
    #expect(hub.decide(Request(alice, .join(lobby, after: nil)), lastID: 0).announces == [true])
    #expect(hub.decide(Request(bob, .join(lobby, after: nil)), lastID: 0).announces == [false])
    #expect(hub.decide(Request(alice, .part(lobby, reason: nil)), lastID: 0).announces == [false])
    let quit = hub.decide(Request(bob, .end(reason: "x")), lastID: 0).events
    guard case .quit(_, _, let rooms) = quit.first?.change else {
      Issue.record("\(quit)")
      return
    }
    #expect(rooms.count == 1)
  }

  @Test func aRenameIsSeenAsOneOnlyWhereItIsOne() throws {
    var hub = try hub([(alice, "ann")])
    let other = try RoomName("other")
    _ = hub.decide(Request(alice, .join(lobby, after: nil)), lastID: 0)
    _ = hub.decide(Request(alice, .join(other, after: nil)), lastID: 0)
    // In `other`, a WebSocket session of the old name stays.
    _ = hub.decide(Request(bob, .name(try Nick("ann"))), lastID: 0)
    _ = hub.decide(Request(bob, .join(other, after: nil)), lastID: 0)
    let events = hub.decide(Request(alice, .claim(try Nick("anna"))), lastID: 0).events
    guard case .renamed(_, _, let seen) = events.first?.change,
      case .presence(_, let room, let nick, isThere: true) = events.last?.change
    else {
      Issue.record("\(events)")
      return
    }
    #expect(seen.count == 1)
    #expect(room == other)
    #expect(nick.text == "anna")
  }

  @Test func aMessageNeedsMembershipAndARefusalKeepsItsPlace() throws {
    var hub = try hub([(alice, "alice")])
    let text = try MessageText("hi")
    let refused = hub.decide(Request(alice, .publish(lobby, text, .message)), lastID: 0).events
    guard case .refused(let error) = refused.first?.change else {
      Issue.record("\(refused)")
      return
    }
    #expect(error.code == .notJoined)
    _ = hub.decide(Request(alice, .join(lobby, after: nil)), lastID: 0)
    let events = hub.decide(Request(alice, .publish(lobby, text, .message)), lastID: 0).events
    guard case .message(_, let message) = events.first?.change else {
      Issue.record("\(events)")
      return
    }
    #expect(message.user == "alice" && message.room == "lobby" && message.role == .user)
  }

  @Test func aRoomWithoutMembersAndMessagesIsForgotten() throws {
    var hub = try hub([(alice, "alice")])
    _ = hub.decide(Request(alice, .join(lobby, after: nil)), lastID: 0)
    #expect(hub.roomCount == 1)
    _ = hub.decide(Request(alice, .part(lobby, reason: nil)), lastID: 0)
    #expect(hub.roomCount == 0)
  }

  @Test func aRoomWhoseOnlyMessageWasNotStoredIsForgotten() throws {
    var hub = try hub([])
    let post = Request(alice, .post(lobby, try MessageText("x"), as: try Nick("bob"), .user))
    var events = hub.decide(post, lastID: 0).events
    #expect(hub.roomCount == 1)
    events[0].failure = .notStored(reason: "disk full")
    hub.settle(Batch(events: events))
    #expect(hub.roomCount == 0)
    hub.settle(Batch(events: hub.decide(post, lastID: 0).events))
    #expect(hub.roomCount == 1)
  }

  @Test func aRoomThatMayBeOnDiskKeepsItsNumber() throws {
    var hub = try hub([])
    let post = Request(alice, .post(lobby, try MessageText("x"), as: try Nick("bob"), .user))
    var events = hub.decide(post, lastID: 0).events
    events[0].failure = .outcomeUnknown(reason: "the disk is slow")
    hub.settle(Batch(events: events))
    #expect(hub.roomCount == 1)
  }

  @Test func aTopicIsSettledThoughMessagesAreUnderWay() throws {
    var hub = try hub([(alice, "alice")])
    _ = hub.decide(Request(alice, .join(lobby, after: nil)), lastID: 0)
    let text = try MessageText("x")
    var events = hub.decide(Request(alice, .setTopic(lobby, "one")), lastID: 0).events
    _ = hub.decide(Request(alice, .publish(lobby, text, .message)), lastID: 0)
    if case .topic(let id, var topic, let name, _) = events[0].change {
      topic.time = Timestamp(milliseconds: 1_000)
      events[0].change = .topic(id, topic, room: name, id: 1)
    }
    hub.settle(Batch(events: events))
    #expect(hub.description(of: lobby, alice)?.topic?.time == Timestamp(milliseconds: 1_000))

    events = hub.decide(Request(alice, .setTopic(lobby, "two")), lastID: 0).events
    events[0].failure = .notStored(reason: "disk full")
    hub.settle(Batch(events: events))
    #expect(hub.topic(of: lobby, alice) == "one")
  }

  @Test func aTopicThatWasNotStoredIsTakenBack() throws {
    var hub = try hub([(alice, "alice")])
    _ = hub.decide(Request(alice, .join(lobby, after: nil)), lastID: 0)
    let first = hub.decide(Request(alice, .setTopic(lobby, "one")), lastID: 0).events
    hub.settle(Batch(events: first))
    var second = hub.decide(Request(alice, .setTopic(lobby, "two")), lastID: 0).events
    #expect(hub.topic(of: lobby, alice) == "two")
    second[0].failure = .notStored(reason: "disk full")
    hub.settle(Batch(events: second))
    #expect(hub.topic(of: lobby, alice) == "one")
  }

  @Test func storedRoomsAreThereAndNewOnesGetOtherNumbers() throws {
    let stored = StoredRoom(id: RoomID(7), name: lobby, topic: nil)
    var hub = Hub(rooms: [stored])
    let events = hub.decide(
      Request(alice, .post(try RoomName("new"), try MessageText("x"), as: try Nick("a"), .user)), lastID: 0
    ).events
    guard case .message(let id, _) = events.first?.change else {
      Issue.record("\(events)")
      return
    }
    #expect(id == RoomID(8))
  }

  /// Several may be under way for one session: what is refused must not be told before what was asked earlier.
  @Test func whatCannotBeSaidIsRefusedInItsPlace() throws {
    var hub = Hub(limits: HubLimits(roomsPerSession: 1, rooms: 0))
    let text = try MessageText("x")
    for action in [Request.Action.publish(lobby, text, .message), .post(lobby, text, as: try Nick("b"), .ai)]
    {
      #expect(hub.decide(Request(alice, action), lastID: 0).events.count == 1)
    }
  }

  @Test func roomsAreBounded() throws {
    var hub = Hub(limits: HubLimits(roomsPerSession: 1, rooms: 2))
    _ = hub.decide(Request(alice, .name(try Nick("a"))), lastID: 0)
    #expect(hub.decide(Request(alice, .join(lobby, after: nil)), lastID: 0).events.count == 1)
    let second = try RoomName("second")
    #expect(hub.decide(Request(alice, .join(second, after: nil)), lastID: 0).refusal == .tooManyRooms)
    _ = hub.decide(Request(bob, .post(second, try MessageText("x"), as: try Nick("b"), .user)), lastID: 0)
    let third = Request(bob, .post(try RoomName("third"), try MessageText("x"), as: try Nick("b"), .user))
    #expect(hub.decide(third, lastID: 0).refusal == .tooManyRooms)
  }

  @Test func roomsAreListedByNamePageByPage() throws {
    var hub = try hub([(alice, "alice")])
    let names = try (0..<2 * Hub.pageNames + 3).map { try RoomName("r\(1000 + $0)") }
    for name in names.shuffled() {
      _ = hub.decide(Request(alice, .join(name, after: nil)), lastID: 0)
    }
    var listed: [RoomName] = []
    var pages = 0
    var page: Page<RoomDescription>?
    while page?.hasMore != false {
      let request = Request(bob, .listRooms(after: listed.last))
      guard case .reply(.rooms(let next)) = hub.decide(request, lastID: 0) else { break }
      listed += next.elements.map(\.name)
      #expect(next.elements.allSatisfy { $0.memberCount == 1 })
      (page, pages) = (next, pages + 1)
    }
    #expect(listed == names && pages == 3)
    // Nobody ever said anything in them: with their last member they are gone.
    _ = hub.decide(Request(alice, .end(reason: "gone")), lastID: 0)
    guard case .reply(.rooms(let none)) = hub.decide(Request(bob, .listRooms()), lastID: 0) else { return }
    #expect(none.elements.isEmpty && !none.hasMore)
  }

  @Test func membersAreListedOnceEachWhateverTheirSessions() throws {
    var hub = try hub([(alice, "alice")])
    for serial in 10..<UInt64(12 + Hub.pageNames) {
      let session = SessionID(loop: 0, serial: serial)
      // Two sessions of each name, but for the last.
      _ = hub.decide(Request(session, .name(try Nick("n\(100 + serial / 2)"))), lastID: 0)
      _ = hub.decide(Request(session, .join(lobby, after: nil)), lastID: 0)
    }
    _ = hub.decide(Request(alice, .join(lobby, after: nil)), lastID: 0)
    _ = hub.decide(Request(alice, .claim(try Nick("zoe"))), lastID: 0)
    _ = hub.decide(Request(SessionID(loop: 0, serial: 10), .end(reason: "gone")), lastID: 0)
    let count = 1 + Hub.pageNames / 2
    let expected = try (0..<count).map { try Nick("n\(105 + $0)") } + [try Nick("zoe")]
    let (room, nicks, next) = try hub.members(of: lobby, after: 0)
    #expect(nicks == expected && next == nil && room.memberCount == expected.count)
  }

  /// Whoever is there all the time is in the list, under the old name or the new one, whatever happens between its pages.
  @Test func aLongListMissesNobodyWhoIsRenamed() throws {
    var hub = try hub([])
    let count = 2 * Hub.pageNames + 1
    func session(_ number: Int) -> SessionID { SessionID(loop: 0, serial: UInt64(100 + number)) }
    for number in 0..<count {
      _ = hub.decide(Request(session(number), .claim(try Nick("m\(1000 + number)"))), lastID: 0)
      _ = hub.decide(Request(session(number), .join(lobby, after: nil)), lastID: 0)
    }
    let (_, first, next) = try hub.members(of: lobby, after: 0)
    #expect(first.map(\.text) == (0..<Hub.pageNames).map { "m\(1000 + $0)" })
    // Of those that come later one takes a name that sorts before the first, and one goes.
    _ = hub.decide(Request(session(count - 1), .claim(try Nick("a"))), lastID: 0)
    _ = hub.decide(Request(session(count - 2), .end(reason: "gone")), lastID: 0)
    // Of those that were listed one is renamed, which its reader is told.
    _ = hub.decide(Request(session(0), .claim(try Nick("z"))), lastID: 0)
    let (_, second, last) = try hub.members(of: lobby, after: try #require(next))
    #expect(second.map(\.text) == ["a"] + (Hub.pageNames..<count - 2).map { "m\(1000 + $0)" })
    #expect(last == nil)
  }
}

extension Decision {
  fileprivate var events: [Event] {
    switch self {
    case .event(let event): [event]
    case .events(let events): events
    case .reply: []
    }
  }

  fileprivate var refusal: ErrorCode? {
    if case .reply(.refused(let error)) = self { return error.code }
    if case .event(let event) = self, case .refused(let error) = event.change { return error.code }
    return nil
  }

  fileprivate var announces: [Bool] {
    events.compactMap { event in
      switch event.change {
      case .joined(_, _, _, _, _, let isAnnounced): isAnnounced
      case .parted(_, _, _, _, let isAnnounced): isAnnounced
      default: nil
      }
    }
  }
}

extension Hub {
  fileprivate mutating func members(
    of room: RoomName, after last: Int64
  ) throws -> (RoomDescription, [Nick], next: Int64?) {
    let decision = decide(
      Request(SessionID(loop: 0, serial: 9), .listMembers(room, after: last)), lastID: 0)
    guard case .reply(.members(let room, let nicks, let next)) = decision else {
      throw ProtocolError(.noSuchRoom, asked: "\(decision)")
    }
    return (room, nicks, next)
  }

  fileprivate mutating func topic(of room: RoomName, _ session: SessionID) -> String? {
    description(of: room, session)?.topic?.text
  }

  fileprivate mutating func description(of room: RoomName, _ session: SessionID) -> RoomDescription? {
    guard case .reply(.room(let description)) = decide(Request(session, .describe(room)), lastID: 0) else {
      return nil
    }
    return description
  }
}
