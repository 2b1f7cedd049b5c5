import ChatTestSupport
import LineProtocol
import Testing

@testable import ChatCore

@Suite(.timeLimit(.minutes(5))) struct DirectoryTests {
  /// A state, and a directory that follows it.
  private struct Followed {
    var state = ChatState()
    var directory = Directory()

    mutating func decide(_ session: SessionID, _ action: Request.Action, id: MessageID = 1) {
      directory.apply(Batch(events: state.decide(session, action, id: id)))
    }
  }

  private let alice = SessionID(loop: 0, serial: 1)
  private let bob = SessionID(loop: 0, serial: 2)
  private let lobby: RoomName

  init() throws { lobby = try RoomName("lobby") }

  private func session(_ number: Int) -> SessionID { SessionID(loop: 0, serial: UInt64(100 + number)) }

  @Test func findsTheNicksThatLineSessionsHave() throws {
    var chat = Followed()
    chat.decide(alice, .claim(try Nick("Alice")))
    chat.decide(bob, .enter(try Nick("visitor"), lobby, after: nil))
    let asked = try ["nobody", "ALICE", "visitor"].map { name throws(NameError) in try Nick(name) }
    #expect(chat.directory.holders(asked).map(\.text) == ["Alice"])
    // A session that claims nothing does not change what others claim, whatever it is called.
    chat.decide(SessionID(loop: 1, serial: 1), .enter(try Nick("alice"), lobby, after: nil))
    chat.decide(SessionID(loop: 1, serial: 1), .claim(try Nick("nobody")))
    #expect(chat.directory.holders(asked).map(\.text) == ["Alice"])
    chat.decide(alice, .claim(try Nick("ALICE")))
    #expect(chat.directory.holders(asked).map(\.text) == ["ALICE"])
    chat.decide(alice, .end(reason: ""))
    #expect(chat.directory.holders(asked).isEmpty)
  }

  @Test func countsSessionsAndRooms() throws {
    var chat = Followed()
    chat.decide(alice, .claim(try Nick("alice")))
    chat.decide(bob, .claim(try Nick("bob")))
    chat.decide(bob, .end(reason: ""))
    for room in ["a", "b"] { chat.decide(alice, .join(try RoomName(room), after: nil)) }
    guard case .count(sessions: 1, mostSessions: 2, rooms: 2) = chat.directory.answer(.count) else {
      Issue.record("one session and two rooms are not counted")
      return
    }
  }

  @Test func storedRoomsAreThere() throws {
    let topic = Topic(text: "beer", author: "alice", time: Timestamp(milliseconds: 7))
    let stored = [
      StoredRoom(id: RoomID(2), name: lobby, topic: topic),
      StoredRoom(id: RoomID(3), name: try RoomName("b"), topic: nil),
    ]
    let directory = Directory(rooms: stored)
    #expect(directory.rooms().map(\.name.text) == ["b", "lobby"])
    #expect(directory.room(try RoomName("LOBBY"))?.topic == topic)
    guard case .noSuchRoom = directory.answer(.members(try RoomName("c"))) else {
      Issue.record("a room that is not there has members")
      return
    }
  }

  @Test func showsTheTopic() throws {
    var chat = Followed()
    chat.decide(alice, .enter(try Nick("alice"), lobby, after: nil))
    #expect(chat.directory.room(lobby)?.topic == nil)
    chat.decide(alice, .setTopic(lobby, "one"))
    #expect(chat.directory.room(lobby)?.topic?.text == "one")
  }

  @Test func roomsAreListedByNamePageByPage() throws {
    var chat = Followed()
    chat.decide(alice, .claim(try Nick("alice")))
    let names = try (0..<2 * Directory.pageNames + 3).map { try RoomName("r\(1000 + $0)") }
    for name in names.shuffled() { chat.decide(alice, .join(name, after: nil)) }
    let listed = chat.directory.rooms()
    #expect(listed.map(\.name) == names && listed.allSatisfy { $0.memberCount == 1 })
    // Nobody ever said anything in them: with their last member they are gone.
    chat.decide(alice, .end(reason: "gone"))
    #expect(chat.directory.rooms().isEmpty)
  }

  @Test func membersAreListedOnceEachWhateverTheirSessions() throws {
    var chat = Followed()
    // Two sessions of each name, but for the last.
    for number in 0..<Directory.pageNames + 1 {
      chat.decide(session(number), .enter(try Nick("n\(100 + number / 2)"), lobby, after: nil))
    }
    chat.decide(alice, .claim(try Nick("alice")))
    chat.decide(alice, .join(lobby, after: nil))
    chat.decide(alice, .claim(try Nick("zoe")))
    chat.decide(session(0), .end(reason: "gone"))
    let expected = try (0...Directory.pageNames / 2).map { try Nick("n\(100 + $0)") } + [try Nick("zoe")]
    let (room, nicks, next) = try #require(chat.directory.members(of: lobby, after: 0))
    #expect(nicks == expected && next == nil && room.memberCount == expected.count)
  }

  /// Whoever is there all the time is in the list, under the old name or the new one, whatever happens
  /// between its pages.
  @Test func aLongListMissesNobodyWhoIsRenamed() throws {
    var chat = Followed()
    let count = 2 * Directory.pageNames + 1
    for number in 0..<count {
      chat.decide(session(number), .claim(try Nick("m\(1000 + number)")))
      chat.decide(session(number), .join(lobby, after: nil))
    }
    let (_, first, next) = try #require(chat.directory.members(of: lobby, after: 0))
    #expect(first.map(\.text) == (0..<Directory.pageNames).map { "m\(1000 + $0)" })
    // Of those that come later one takes a name that sorts before the first, and one goes.
    chat.decide(session(count - 1), .claim(try Nick("a")))
    chat.decide(session(count - 2), .end(reason: "gone"))
    // Of those that were listed one is renamed, which its reader is told.
    chat.decide(session(0), .claim(try Nick("z")))
    let behind = try #require(next)
    let (_, second, last) = try #require(chat.directory.members(of: lobby, after: behind))
    #expect(second.map(\.text) == ["a"] + (Directory.pageNames..<count - 2).map { "m\(1000 + $0)" })
    #expect(last == nil)
  }

  /// The argument is the seed. Batches fail in every way.
  @Test(arguments: 0..<24 as Range<UInt64>) func showsWhatTheStateHas(_ seed: UInt64) throws {
    var random = try RandomRequests(seed: seed)
    let store = MemoryStore()
    let applier = Applier(
      ChatState(policy: try RandomRequests.policy()), order: LocalOrder(), store: store, clock: { 1_000 })
    var directory = Directory()
    for _ in 0..<60 {
      let faults: [MemoryStore.Fault?] = [
        nil, .notStored(), .notStored(write: 1), .outcomeUnknown(isStored: true),
        .outcomeUnknown(isStored: false),
      ]
      store.withdrawFaults()
      store.inject(random.generator.pick(faults))
      let batch = random.next(Int.random(in: 1...20, using: &random.generator))
      directory.apply(Batch(events: applier.decide(batch[...])))
      try check(directory, applier.state)
    }
  }

  private func check(_ directory: Directory, _ state: ChatState) throws {
    let rooms = state.rooms.values.sorted { $0.name < $1.name }
    let shown = directory.rooms()
    try #require(shown.map(\.name.text) == rooms.map(\.name.text) && shown.map(\.id) == rooms.map(\.id))
    try #require(shown.map(\.topic) == rooms.map(\.topic))
    for room in rooms {
      let (description, nicks, next) = try #require(directory.members(of: room.name, after: 0))
      let seated = room.seated.map(\.nick).sorted()
      try #require(nicks == seated && description.memberCount == seated.count && next == nil)
    }
    let held = directory.holders(Array(state.holders.keys))
    try #require(Set(held.map(\.text)) == Set(state.holders.keys.map(\.text)))
    guard case .count(let sessions, _, let count) = directory.answer(.count) else { return }
    try #require(sessions == state.sessions.count && count == rooms.count)
  }
}

extension Directory {
  fileprivate func room(_ name: RoomName) -> RoomDescription? {
    if case .room(let room) = answer(.room(name)) { room } else { nil }
  }

  fileprivate func holders(_ nicks: [Nick]) -> [Nick] {
    if case .holders(let found) = answer(.holders(nicks)) { found } else { [] }
  }

  fileprivate func members(of room: RoomName, after last: Int64) -> (RoomDescription, [Nick], next: Int64?)? {
    if case .members(let room, let nicks, let next) = answer(.members(room, after: last)) {
      (room, nicks, next)
    } else {
      nil
    }
  }

  /// All of them, page by page.
  fileprivate func rooms() -> [RoomDescription] {
    var rooms: [RoomDescription] = []
    while case .rooms(let page) = answer(.rooms(after: rooms.last?.name)) {
      rooms += page.elements
      if !page.hasMore { break }
    }
    return rooms
  }
}
