import ChatCore
import LineProtocol
import Testing

@testable import ChatStore

@Suite(.timeLimit(.minutes(5))) struct TailTests {
  private let room = RoomID(1)
  /// Of two rooms by turns, ids 10, 12, … 28 of the first.
  private let tail = Tail((10...29).map { Tail.Entry(room: 1 + $0 % 2, id: MessageID($0)) })

  @Test func givesIDsAfterOneAscending() {
    #expect(tail.ids(of: room, in: .after(0), limit: 3) == [10, 12, 14])
    #expect(tail.ids(of: room, in: .after(24), limit: 9) == [26, 28])
    #expect(tail.ids(of: room, in: .after(13, through: 18), limit: 9) == [14, 16, 18])
    #expect(tail.ids(of: room, in: .after(28), limit: 9) == [])
    #expect(tail.ids(of: room, in: .after(20, through: 10), limit: 9) == [])
    #expect(tail.ids(of: room, in: .after(.max), limit: 9) == [])
  }

  @Test func givesIDsBeforeOneDescending() {
    #expect(tail.ids(of: room, in: .newest, limit: 2) == [28, 26])
    #expect(tail.ids(of: room, in: .before(14), limit: 9) == [12, 10])
    #expect(tail.ids(of: room, in: .before(15), limit: 2) == [14, 12])
    #expect(tail.ids(of: room, in: .before(10), limit: 9) == [])
    #expect(tail.ids(of: room, in: .before(.max), limit: 1) == [28])
  }

  @Test func givesTopicsToWhoReadsAll() {
    let tail = Tail((1...5).map { Tail.Entry(room: 1, id: MessageID($0), isMessage: $0 % 2 == 0) })
    #expect(tail.ids(of: room, in: .after(0), limit: 9) == [2, 4])
    #expect(tail.ids(of: room, in: .newest, .messages, limit: 1) == [4])
    #expect(tail.ids(of: room, in: .after(1), .all, limit: 3) == [2, 3, 4])
  }

  @Test func knowsNoOtherRooms() {
    #expect(tail.ids(of: RoomID(3), in: .newest, limit: 9) == [])
    #expect(Tail().ids(of: room, in: .after(0), limit: 9) == [])
  }
}
