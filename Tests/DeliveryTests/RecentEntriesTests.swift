import ChatCore
import LineProtocol
import Testing

@testable import Delivery

@Suite(.timeLimit(.minutes(5))) struct RecentEntriesTests {
  private func message(_ id: MessageID, text: String = "x") -> Entry {
    .message(Message(id: id, room: "room", user: "user", text: text, time: Timestamp(milliseconds: 0)))
  }

  @Test func givesWhatIsAfterAnID() {
    var recent = RecentEntries(after: 10)
    for id: MessageID in [11, 15, 16, 20] { recent.append(message(id)) }
    #expect(recent.page(after: 9, limit: 9) == nil)
    #expect(recent.page(after: 10, limit: 9)?.map(\.id) == [11, 15, 16, 20])
    #expect(recent.page(after: 12, limit: 2)?.map(\.id) == [15, 16])
    #expect(recent.page(after: 20, limit: 9) == [])
  }

  /// As pages from disk do, a page ends with the message that makes it so long.
  @Test func aPageEndsAtItsBytes() {
    var recent = RecentEntries(after: 0)
    for id: MessageID in 1...9 { recent.append(message(id, text: "12345")) }
    #expect(recent.page(after: 0, limit: 9, byteLimit: 12)?.map(\.id) == [1, 2, 3])
    #expect(recent.page(after: 3, limit: 9, byteLimit: 0)?.map(\.id) == [4])
  }

  /// What is held has no hole and no more than the bounds allow, and at least half of that once there was so
  /// much.
  @Test(arguments: [1, 100, 4096]) func holdsTheLastWithinItsBounds(bytes: Int) {
    var recent = RecentEntries(after: 0)
    let text = String(repeating: "x", count: bytes)
    let cost = message(0, text: text).cost
    let most = min(RecentEntries.mostEntries, RecentEntries.mostBytes / cost)
    for id in 1...MessageID(Int64(3 * most)) {
      recent.append(message(id, text: text))
      let held = Int(id - recent.after)
      #expect(held <= most && held >= min(Int(id.number), most / 2))
      if id.number % 100 == 0 {
        let ids = recent.page(after: recent.after, limit: .max)?.map(\.id)
        #expect(ids == Array(recent.after.next...id))
      }
    }
    #expect(recent.page(after: recent.after.previous, limit: 1) == nil)
    let last = MessageID(Int64(3 * most))
    #expect(recent.page(after: last.advanced(by: -Int64(most / 2)), limit: 3)?.count == 3)
    #expect(recent.page(after: last, limit: 3) == [])
  }
}
