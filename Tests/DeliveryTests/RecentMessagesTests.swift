import LineProtocol
import Testing

@testable import Delivery

struct RecentMessagesTests {
  private func message(_ id: Int64, text: String = "x") -> Message {
    Message(id: id, room: "room", user: "user", text: text, time: Timestamp(milliseconds: 0))
  }

  @Test func givesWhatIsAfterAnID() {
    var recent = RecentMessages(after: 10)
    for id: Int64 in [11, 15, 16, 20] { recent.append(message(id)) }
    #expect(recent.page(after: 9, limit: 9) == nil)
    #expect(recent.page(after: 10, limit: 9)?.map(\.id) == [11, 15, 16, 20])
    #expect(recent.page(after: 12, limit: 2)?.map(\.id) == [15, 16])
    #expect(recent.page(after: 20, limit: 9) == [])
  }

  @Test func holdsSoManyMessages() {
    var recent = RecentMessages(after: 0)
    let count = Int64(RecentMessages.mostMessages)
    for id in 1...count { recent.append(message(id)) }
    #expect(recent.after == 0)
    for id in 1...count { recent.append(message(count + id)) }
    #expect(recent.after == count)
    #expect(recent.page(after: count - 1, limit: 1) == nil)
    #expect(recent.page(after: count, limit: .max)?.map(\.id) == Array(count + 1...2 * count))
  }

  @Test func holdsSoManyBytes() {
    var recent = RecentMessages(after: 0)
    let long = String(repeating: "x", count: 4096)
    for id: Int64 in 1...1000 { recent.append(message(id, text: long)) }
    let held = recent.page(after: recent.after, limit: .max) ?? []
    let bytes = held.reduce(0) { $0 + $1.cost }
    #expect(bytes <= RecentMessages.mostBytes)
    #expect(bytes + message(0, text: long).cost > RecentMessages.mostBytes)
  }
}
