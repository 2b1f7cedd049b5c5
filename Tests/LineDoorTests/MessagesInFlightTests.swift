import LineProtocol
import Testing

@testable import LineDoor

@Suite(.timeLimit(.minutes(5))) struct MessagesInFlightTests {
  @Test func firstInFirstOut() throws {
    let room = try RoomName("ops")
    var messages = MessagesInFlight()
    let none = messages.removeFirst()
    #expect(none?.room == nil)
    var appended = 0
    var removed = 0
    // Bursts of all sizes, each taken out but for some that the next burst finds.
    for burst in 0..<200 {
      for _ in 0..<burst {
        messages.append(room, Message.Kind.allCases[appended % 3])
        appended += 1
      }
      while appended - removed > burst / 3 {
        let kind = messages.removeFirst()?.kind
        #expect(kind == Message.Kind.allCases[removed % 3])
        removed += 1
      }
    }
    while let message = messages.removeFirst() {
      #expect(message.kind == Message.Kind.allCases[removed % 3])
      removed += 1
    }
    #expect(removed == appended)
  }
}
