import ChatTestSupport
import LineProtocol
import Testing

@testable import ChatCore

/// What is saved is all a state is: ``StatePropertyTests`` tests that. Here is what is no state.
@Suite(.timeLimit(.minutes(5))) struct SavedStateTests {
  private let alice = SessionID(loop: 0, serial: 1)
  private let lobby: RoomName

  init() throws { lobby = try RoomName("lobby") }

  /// Two rooms, of which one is stored; three sessions, of which two have one name.
  private func state() throws -> ChatState {
    var state = ChatState()
    state.decide(alice, .claim(try Nick("Ann")))
    state.decide(alice, .join(lobby, after: nil))
    state.decide(alice, .setTopic(lobby, "beer"))
    state.decide(SessionID(loop: 0, serial: 2), .enter(try Nick("ann"), lobby, after: nil), id: 2)
    state.decide(SessionID(loop: 1, serial: 1), .enter(try Nick("bob"), try RoomName("b"), after: nil), id: 2)
    return state
  }

  @Test func anEmptyStateIsSavedToo() throws {
    let saved = ChatState(lastRoom: 7).save()
    #expect(saved == [1, 7] + [UInt8](repeating: 0, count: 23))
    #expect(try ChatState(saved: saved, policy: Policy()) == ChatState(lastRoom: 7))
  }

  @Test func cutBytesAreRefusedAndSoAreMore() throws {
    let saved = try state().save()
    for length in 0..<saved.count {
      #expect(throws: CodecError.self) { try ChatState(saved: Array(saved[..<length]), policy: Policy()) }
    }
    #expect(throws: CodecError.self) { try ChatState(saved: saved + [0], policy: Policy()) }
  }

  @Test func changedBytesAreAnotherStateOrNone() throws {
    var saved = try state().save()
    for index in saved.indices {
      for change: UInt8 in [1, 2, 3, 4, 8, 0x10, 0x20, 0x40, 0x80, 0xFF] {
        saved[index] ^= change
        if let state = try? ChatState(saved: saved, policy: Policy()) { #expect(state.save() == saved) }
        saved[index] ^= change
      }
    }
  }

  /// A state that loads can be gone on with.
  @Test func everySessionOfAStateThatLoadsCanEnd() throws {
    var saved = try state().save()
    for index in saved.indices {
      for change: UInt8 in [1, 2, 3, 0xFF] {
        saved[index] ^= change
        if var state = try? ChatState(saved: saved, policy: Policy()) {
          for session in state.sessions.keys { state.decide(session, .end(reason: "")) }
          #expect(state.rooms.values.allSatisfy { $0.isStored && $0.seated.isEmpty } && state.holders.isEmpty)
        }
        saved[index] ^= change
      }
    }
  }

  @Test func whatDoesNotAgreeIsRefused() throws {
    func error(_ change: (inout ByteWriter) -> Void) -> String {
      var writer = ByteWriter([1])
      change(&writer)
      do throws(CodecError) {
        _ = try ChatState(saved: writer.bytes, policy: Policy())
        return ""
      } catch {
        return error.what
      }
    }
    func room(
      _ number: Int64, _ name: RoomName, isStored: Bool, seats: [(String, Int64)], _ writer: inout ByteWriter
    ) {
      writer.number(number)
      writer.roomName(name)
      writer.flag(false)
      writer.number(0)
      writer.flag(isStored)
      writer.count(seats.count)
      for (name, seat) in seats {
        writer.string(name, limit: 32)
        writer.number(seat)
      }
    }
    func rooms(
      _ rooms: [(Int64, String, isStored: Bool, seats: [(String, Int64)])],
      sessions: [(UInt64, String, [Int64])]
    ) throws -> String {
      let names = try rooms.map { try RoomName($0.1) }
      let nicks = try sessions.map { try Nick($0.1) }
      return error { writer in
        writer.number(2)
        writer.number(9)
        writer.count(rooms.count)
        for (each, name) in zip(rooms, names) {
          room(each.0, name, isStored: each.isStored, seats: each.seats, &writer)
        }
        writer.count(sessions.count)
        for (each, nick) in zip(sessions, nicks) {
          writer.session(SessionID(loop: 0, serial: each.0))
          writer.nick(nick)
          writer.flag(true)
          writer.count(each.2.count)
          for number in each.2 { writer.number(number) }
        }
      }
    }
    #expect(try rooms([(1, "a", true, [("x", 1)])], sessions: [(1, "X", [1])]) == "")
    #expect(try rooms([(1, "a", true, []), (1, "b", true, [])], sessions: []) == "room 1 is out of order")
    #expect(try rooms([(3, "a", true, [])], sessions: []) == "room 3 is out of order")
    #expect(
      try rooms([(1, "a", true, []), (2, "A", true, [])], sessions: []) == "two rooms have the name of room 2"
    )
    #expect(try rooms([(1, "a", false, [])], sessions: []) == "room 1 should have been forgotten")
    #expect(try rooms([(1, "a", true, [("x", 1)])], sessions: []) == "a name in room 1 is no session's")
    #expect(
      try rooms([(1, "a", true, [("X", 1)])], sessions: [(1, "x", [1])])
        == "the name x is there twice or not in small letters")
    #expect(
      try rooms([(1, "a", true, [("x", 1)]), (2, "b", true, [("x", 1)])], sessions: [(1, "x", [1, 2])])
        == "seat 1 is out of order or taken")
    #expect(
      try rooms([(1, "a", true, [("x", 10)])], sessions: [(1, "x", [1])])
        == "seat 10 is out of order or taken")
    for inRooms: [Int64] in [[1, 1], [2], [1]] {
      let seats: [(String, Int64)] = inRooms == [1] ? [] : [("x", 1)]
      #expect(
        try rooms([(1, "a", true, seats)], sessions: [(1, "x", inRooms)])
          == "a session is in room \(inRooms.last ?? 0) twice, or has no seat there")
    }
    #expect(try rooms([], sessions: [(2, "x", []), (1, "y", [])]) == "a session is out of order")
    #expect(try rooms([], sessions: [(1, "x", []), (2, "X", [])]) == "two sessions claim X")
  }
}
