import ChatCore
import Testing
import Threads

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
    door.log.state.withLock { $0.isFull = true }
    #expect(door.ask(opening).status == 101)
    #expect(await door.exchange(frame) == [])
    door.log.state.withLock { $0.isFull = false }
    door.log.publish?(Batch(events: []))
    let answer = String(decoding: await door.exchange([]).dropFirst(2), as: UTF8.self)
    #expect(answer.contains(#""text":"hi""#))
  }
}
