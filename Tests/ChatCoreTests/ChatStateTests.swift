import ChatTestSupport
import LineProtocol
import Testing

@testable import ChatCore

@Suite(.timeLimit(.minutes(5))) struct ChatStateTests {
  private let alice = SessionID(loop: 0, serial: 1)
  private let bob = SessionID(loop: 0, serial: 2)
  private let lobby: RoomName
  private let text: MessageText
  private let visitor: Nick

  init() throws {
    lobby = try RoomName("lobby")
    text = try MessageText("hi")
    visitor = try Nick("visitor")
  }

  private func state(
    _ names: [(SessionID, String)] = [], policy: Policy? = nil
  ) throws -> ChatState {
    var state = ChatState(policy: try policy ?? Policy(reserved: Nick("mock-ai")))
    for (session, name) in names { state.decide(session, .claim(try Nick(name))) }
    return state
  }

  /// An event is in every queue and batch: so it is no longer than its most frequent kind, a message, and
  /// kinds that are longer are `indirect`. Whoever makes it longer pays with memory for each message that
  /// waits.
  @Test func anEventHasTheSizeOfAMessage() {
    #expect(MemoryLayout<Event>.size == 128)
  }

  // MARK: Names

  @Test func aNickBelongsToOneLineSession() throws {
    var state = try state([(alice, "alice")])
    let events = state.decide(bob, .claim(try Nick("ALICE")))
    #expect(events.refusals == [.nickInUse])
    // Its holder may be gone without having said so.
    #expect(events.last?.kind == .wanted(alice) && events.last?.audience == .session(alice))
    state.decide(alice, .end(reason: "gone"))
    #expect(
      state.decide(bob, .claim(try Nick("alice"))).map(\.kind) == [.named(try Nick("alice"), isClaimed: true)]
    )
  }

  @Test func aHolderMayWriteItsNickInAnotherWay() throws {
    var state = try state([(alice, "alice")])
    guard case .renamed(let renaming) = state.decide(alice, .claim(try Nick("Alice"))).first?.kind else {
      Issue.record("not renamed")
      return
    }
    #expect(renaming.old.text == "alice" && renaming.new.text == "Alice")
  }

  /// No door asks for that. It would be a way to lose another session's nick.
  @Test func aSessionThatClaimsNothingGoesOnClaimingNothing() throws {
    var state = try state([(alice, "ann")])
    state.decide(bob, .enter(try Nick("ann"), lobby, after: nil))
    #expect(state.decide(bob, .claim(try Nick("other"))).refusals.isEmpty)
    #expect(state.holders == [try Nick("ann"): alice])
    state.decide(bob, .end(reason: ""))
    #expect(state.holders == [try Nick("ann"): alice])
  }

  @Test func theAgentsNameIsReservedOnEveryDoor() throws {
    var state = try state()
    let name = try Nick("Mock-AI")
    let refused: [Request.Action] = [
      .claim(name), .enter(name, lobby, after: nil), .post(lobby, text, as: name, .user),
    ]
    for action in refused { #expect(state.decide(alice, action).refusals == [.nickReserved]) }
    #expect(state.decide(alice, .post(lobby, text, as: name, .ai)).compactMap(\.message).count == 1)
  }

  @Test func presenceIsPerName() throws {
    var state = try state([(alice, "ann")])
    #expect(state.decide(alice, .join(lobby, after: nil)).last?.audience == .room(RoomID(1)))
    #expect(state.decide(bob, .enter(try Nick("Ann"), lobby, after: nil)).last?.audience == .nobody)
    #expect(state.decide(alice, .part(lobby, reason: nil)).last?.audience == .nobody)
    #expect(state.decide(bob, .end(reason: "x")).first?.audience == .rooms([RoomID(1)]))
  }

  @Test func aRenameIsSeenAsOneOnlyWhereItIsOne() throws {
    var state = try state([(alice, "ann")])
    let (other, third) = (try RoomName("other"), try RoomName("third"))
    for room in [lobby, other, third] { state.decide(alice, .join(room, after: nil)) }
    // In `other`, a session of the old name stays; in `third`, one of the new name was there before.
    state.decide(bob, .enter(try Nick("ann"), other, after: nil))
    state.decide(SessionID(loop: 1, serial: 1), .enter(try Nick("anna"), third, after: nil))
    let event = try #require(state.decide(alice, .claim(try Nick("anna"))).first)
    guard case .renamed(let renaming) = event.kind else {
      Issue.record("not renamed")
      return
    }
    let ids = renaming.rooms.map(\.id)
    // As both names stay somewhere, a change of name would be one there too for whoever is in both rooms.
    #expect(event.audience == .rooms([]))
    #expect(
      renaming.halves(of: alice).map(\.audience) == [ids[0], ids[0], ids[1], ids[2]].map { .room($0) })
    #expect(renaming.rooms.map(\.look) == [.replaced, .arrived, .departed])
    #expect(renaming.rooms.map(\.name) == [lobby, other, third])
  }

  @Test func aRenameIsOneWhereNobodyElseHasEitherName() throws {
    var state = try state([(alice, "ann")])
    let other = try RoomName("other")
    for room in [lobby, other] { state.decide(alice, .join(room, after: nil)) }
    state.decide(bob, .enter(try Nick("bob"), lobby, after: nil))
    let looks = try ["anna", "Anna"].map { name -> [Renaming.Look] in
      let event = try #require(state.decide(alice, .claim(try Nick(name))).first)
      guard case .renamed(let renaming) = event.kind else { return [] }
      return renaming.rooms.map(\.look)
    }
    #expect(looks == [[.renamed, .renamed], [.renamed, .renamed]])
  }

  @Test func aNameIsGoneWithTheLastSessionThatHasIt() throws {
    var state = try state([(alice, "ann")])
    let third = SessionID(loop: 1, serial: 1)
    state.decide(bob, .enter(try Nick("Ann"), lobby, after: nil))
    state.decide(third, .enter(try Nick("ann"), lobby, after: nil))
    let gone = [alice, bob, third].map { session -> Bool? in
      if case .quit(let quitting) = state.decide(session, .end(reason: "")).first?.kind {
        quitting.isNameGone
      } else {
        nil
      }
    }
    #expect(gone == [false, false, true])
    #expect(state.sharers == [:])
  }

  // MARK: Rooms

  @Test func joiningNeedsANameAndAKnownID() throws {
    var state = try state([(alice, "alice")])
    #expect(state.decide(bob, .join(lobby, after: nil)).refusals == [.noNick])
    #expect(state.decide(alice, .join(lobby, after: 8), id: 8).refusals == [.futureID])
    #expect(state.decide(alice, .join(lobby, after: 7), id: 8).refusals == [])
    #expect(state.decide(alice, .join(lobby, after: 1), id: 8).refusals == [.badRoom])
    #expect(state.decide(bob, .enter(visitor, lobby, after: 8), id: 8).refusals == [.futureID])
  }

  /// A name that stayed of it would be nowhere, and counted.
  @Test func whoIsNotLetInHasNoName() throws {
    var state = try state(policy: Policy(rooms: 0))
    let before = state
    #expect(state.decide(alice, .enter(visitor, lobby, after: nil)).refusals == [.tooManyRooms])
    #expect(state.decide(alice, .end(reason: "")).isEmpty)
    #expect(state == before)
  }

  @Test func aMessageNeedsMembershipAndARefusalKeepsItsPlace() throws {
    var state = try state([(alice, "alice")])
    #expect(state.decide(alice, .publish(lobby, text, .message)).refusals == [.notJoined])
    #expect(state.decide(bob, .publish(lobby, text, .message)).refusals == [.noNick])
    state.decide(alice, .join(lobby, after: nil))
    let message = state.decide(alice, .publish(try RoomName("LOBBY"), text, .action), id: 5).first?.message
    let expected = Message(
      id: 5, room: "lobby", user: "alice", text: "hi", kind: .action, time: Timestamp(milliseconds: 1_000))
    #expect(message == expected)
    state.decide(alice, .part(lobby, reason: nil))
    #expect(state.decide(alice, .publish(lobby, text, .message), id: 6).refusals == [.notJoined])
  }

  @Test func whoJoinsIsToldTheNewestEntry() throws {
    var state = try state([(alice, "alice"), (bob, "bob")])
    state.decide(alice, .join(lobby, after: nil))
    state.decide(alice, .publish(lobby, text, .message), id: 3)
    state.decide(alice, .setTopic(lobby, "beer"), id: 4)
    guard case .joined(let joining) = state.decide(bob, .join(lobby, after: 2), id: 5).last?.kind else {
      Issue.record("not joined")
      return
    }
    #expect(joining.newest == 4 && joining.after == 2 && joining.isFirst)
  }

  @Test func aRoomWithoutMembersAndEntriesIsForgotten() throws {
    var state = try state([(alice, "alice")])
    #expect(state.decide(alice, .join(lobby, after: nil)).first?.kind == .opened(RoomID(1), lobby))
    #expect(state.decide(alice, .part(lobby, reason: nil)).last?.kind == .closed(RoomID(1), lobby))
    #expect(state.rooms.isEmpty)
    // Its number is not given again.
    #expect(state.decide(alice, .join(lobby, after: nil)).first?.kind == .opened(RoomID(2), lobby))
    #expect(state.decide(alice, .end(reason: "")).last?.kind == .closed(RoomID(2), lobby))
    state.decide(alice, .post(lobby, text, as: visitor, .user))
    #expect(state.rooms.count == 1)
  }

  @Test func storedRoomsAreThereAndNewOnesGetOtherNumbers() throws {
    let stored = StoredRoom(id: RoomID(7), name: lobby, topic: nil)
    var state = ChatState(rooms: [stored])
    let new = try RoomName("new")
    #expect(state.decide(alice, .post(new, text, as: visitor, .user)).first?.kind == .opened(RoomID(8), new))
    // The last number may be that of a room that cannot be shown.
    state = ChatState(rooms: [stored], lastRoom: 9)
    #expect(state.decide(alice, .post(new, text, as: visitor, .user)).first?.kind == .opened(RoomID(10), new))
    #expect(
      state.decide(alice, .post(lobby, text, as: visitor, .user), id: 2).first?.message?.room == "lobby")
  }

  @Test func roomsAreBounded() throws {
    var state = try state([(alice, "a")], policy: Policy(roomsPerSession: 1, rooms: 2))
    let (second, third) = (try RoomName("second"), try RoomName("third"))
    #expect(state.decide(alice, .join(lobby, after: nil)).refusals.isEmpty)
    #expect(state.decide(alice, .join(second, after: nil)).refusals == [.tooManyRooms])
    state.decide(bob, .post(second, text, as: visitor, .user))
    #expect(state.decide(bob, .post(third, text, as: visitor, .user), id: 2).refusals == [.tooManyRooms])
    #expect(state.decide(bob, .enter(visitor, third, after: nil)).refusals == [.tooManyRooms])
  }

  @Test func aRoomWithAHiddenCharacterIsNotMade() throws {
    let hidden = try RoomName("ops\u{200B}")
    var state = try state([(alice, "alice")])
    let events = state.decide(alice, .join(hidden, after: nil))
    guard case .refused(let refusal) = events.first?.kind else {
      Issue.record("\(events)")
      return
    }
    #expect(
      refusal.error.code == .badRoom && refusal.error.reason.contains("U+200B") && refusal.verb == .join)
    #expect(state.decide(alice, .post(hidden, text, as: visitor, .user)).refusals == [.badRoom])
    #expect(state.rooms.isEmpty)
    state = ChatState(rooms: [StoredRoom(id: RoomID(1), name: hidden, topic: nil)])
    #expect(state.decide(alice, .enter(visitor, hidden, after: nil)).refusals.isEmpty)
  }

  // MARK: Entries

  @Test func aTopicIsAnEntryWithWhatItWasBefore() throws {
    var state = try state([(alice, "alice")])
    #expect(state.decide(alice, .setTopic(lobby, "one")).refusals == [.notJoined])
    state.decide(alice, .join(lobby, after: nil))
    state.decide(alice, .setTopic(lobby, "one"), id: 1)
    guard case .topic(let change) = state.decide(alice, .setTopic(lobby, ""), id: 2).first?.kind else {
      Issue.record("no topic")
      return
    }
    #expect(change.old?.text == "one" && change.topic.text == "" && change.topic.author == "alice")
    #expect(change.id == 2 && change.before == RoomBefore(isStored: true, newest: 1))
    #expect(state.rooms[RoomID(1)]?.topic == change.topic)
  }

  @Test func aReferenceIsUsedOnce() throws {
    var state = try state()
    let reference = try MessageReference("r")
    let post = Request.Action.post(lobby, text, as: visitor, .user, once: reference)
    state.decide(alice, post, id: 1)
    let before = state
    let time = Timestamp(milliseconds: 7)
    let again = state.decide(bob, post, id: 2, .same(id: 1, time: time))
    #expect(
      again.map(\.kind) == [.repeated(Message(id: 1, room: "lobby", user: "visitor", text: "hi", time: time))]
    )
    #expect(again.first?.entryID == nil && again.first?.origin == bob)
    #expect(state.decide(bob, post, id: 2, .different).refusals == [.referenceUsed])
    #expect(state == before)
  }

  @Test func aClosedLogRefusesEntriesAndNothingElse() throws {
    var state = try state([(alice, "alice")])
    for (error, code) in [
      (LogError.notStored(reason: ""), ErrorCode.notStored), (.outcomeUnknown(reason: ""), .outcomeUnknown),
    ] {
      let log = ChatState.Log.closed(error)
      #expect(state.decide(alice, .join(lobby, after: nil), log: log).refusals == [])
      #expect(state.decide(alice, .publish(lobby, text, .message), log: log).refusals == [code])
      #expect(state.decide(alice, .setTopic(lobby, "x"), log: log).refusals == [code])
      #expect(
        state.decide(bob, .post(try RoomName("b"), text, as: visitor, .user), log: log).refusals == [code])
      #expect(state.decide(alice, .claim(try Nick("alice2")), log: log).refusals == [])
      #expect(state.decide(alice, .part(lobby, reason: nil), log: log).refusals == [])
      #expect(state.rooms.isEmpty)
    }
  }
}
