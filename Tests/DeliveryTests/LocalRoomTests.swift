import ChatCore
import LineProtocol
import Testing
import Threads

@testable import Delivery

@Suite(.timeLimit(.minutes(5))) struct LocalRoomTests {
  /// Format and number of members of each group of the room, by format.
  private func groups(of room: RoomID, _ fixture: ChatFixture) async -> [[Int]] {
    let found = Lock<[[Int]]>([])
    await fixture.on(0) { shard in
      let groups = shard.rooms[room]?.groups ?? []
      found.withLock { $0 = groups.map { [$0.format.index, $0.outputs.count] }.sorted { $0[0] < $1[0] } }
    }
    return found.withLock { $0 }
  }

  @Test func membersAreGroupedByTheFormatsThatTheyHave() async throws {
    let formats = (0..<32).map { _ in LineFormat(isPerRoom: false) }
    let fixture = try ChatFixture(loops: 1, formats: formats)
    defer { fixture.stop() }
    let ops = try RoomName("ops")
    var guests: [Guest] = []
    for (name, format) in [("ann", 31), ("bob", 4), ("carl", 31)] {
      let guest = try await Guest(fixture, on: 0, format: format)
      await guest.request(.claim(try Nick(name)), .join(ops, after: nil))
      guests.append(guest)
    }
    let room = RoomID(1)
    #expect(await groups(of: room, fixture) == [[4, 1], [31, 2]])
    let ann = guests[0].id
    await fixture.on(0) { $0.change(ann, to: FormatID(7), in: [room]) }
    #expect(await groups(of: room, fixture) == [[4, 1], [7, 1], [31, 1]])
    await guests[1].leave()
    #expect(await groups(of: room, fixture) == [[7, 1], [31, 1]])
    _ = await guests[0].lines()
    await guests[2].request(.publish(ops, try MessageText("hi"), .message))
    #expect(await guests[0].lines() == ["ops carl: hi"])
    for guest in [guests[0], guests[2]] { await guest.leave() }
    #expect(await groups(of: room, fixture) == [])
  }
}
