import ChatCore
import LineProtocol
import Testing

@testable import AdminHTTP

/// What cannot be brought about from outside: a log in trouble.
@Suite(.timeLimit(.minutes(5))) struct WebSocketSessionTests {
  private let opening = """
    GET /ws?user=ann&after=0 HTTP/1.1
    Host: x
    Connection: Upgrade
    Upgrade: websocket
    Sec-WebSocket-Version: 13
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==


    """

  /// "hi", with a mask that changes nothing.
  private let frame: [UInt8] = [0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]

  @Test func whatWaitedForTheLogIsTakenWhenItHasRoom() async throws {
    let door = try DoorFixture()
    defer { door.stop() }
    door.order.setFull(true)
    #expect(door.ask(opening).status == 101)
    #expect(await door.exchange(frame) == [])
    door.order.setFull(false)
    door.bus.publish(Batch(events: []))
    #expect(try #require(door.frame()).contains(#""text":"hi""#))
  }

  /// Name and room come to their place together: nobody can come between them.
  @Test func oneRequestEnters() throws {
    let door = try DoorFixture()
    defer { door.stop() }
    #expect(door.ask(opening).status == 101)
    let enter = Request.Action.enter(try Nick("ann"), try RoomName("default"), after: 0)
    #expect(door.order.submitted.map(\.action) == [enter])
  }

  /// What is refused at its place is refused before the 101.
  @Test(arguments: [
    (Policy(reserved: try? Nick("Ann")), 422, "nick-reserved"), (Policy(rooms: 0), 503, "too-many-rooms"),
    (Policy(roomsPerSession: 0), 503, "too-many-rooms"),
  ])
  func aRefusalIsAResponse(policy: Policy, status: Int, code: String) throws {
    let door = try DoorFixture(policy: policy)
    defer { door.stop() }
    let refused = door.ask(opening)
    #expect(refused.status == status)
    #expect(refused.head.contains("Content-Type: application/problem+json\r\n"))
    #expect(refused.content.contains("\"code\":\"\(code)\""))
    #expect(door.hasEnded)
  }
}
