import ChatCore
import ChatTestSupport
import LineProtocol
import TestSupport
import Testing

@testable import AdminHTTP

/// What cannot be brought about from outside: a log in trouble, and time.
@Suite(.timeLimit(.minutes(5))) struct HTTPConnectionTests {
  private let post = """
    POST /messages HTTP/1.1
    Host: x
    Content-Type: application/json
    Content-Length: 29

    {"user":"ann","text":"hello"}
    """

  @Test func aFullLogRefusesForAMoment() throws {
    let door = try DoorFixture()
    defer { door.stop() }
    door.order.setFull(true)
    let refused = door.ask(post)
    #expect(refused.status == 503)
    #expect(refused.head.contains("Retry-After: 1\r\n"))
    #expect(refused.content.contains(#""code":"log-full""#))
    door.order.setFull(false)
    #expect(door.ask(post).status == 201)
  }

  @Test(arguments: [
    // What was not stored has given its id back; what may be stored keeps it.
    (MemoryStore.Fault.notStored(), 503, "not-stored", 1),
    (.outcomeUnknown(isStored: false), 500, "outcome-unknown", 2),
  ])
  func aFailedCommitIsTold(fault: MemoryStore.Fault, status: Int, code: String, next: Int) throws {
    let door = try DoorFixture()
    defer { door.stop() }
    door.log.inject(fault)
    let failed = door.ask(post)
    #expect(failed.status == status)
    #expect(failed.content.contains("\"code\":\"\(code)\""))
    #expect(!failed.content.contains("injected"))
    let taken = door.ask(post)
    #expect(taken.status == 201)
    #expect(taken.content.hasPrefix(#"{"status":"published","id":\#(next),"room":"default""#))
  }

  @Test func aLogThatCannotBeReadIsTold() throws {
    let door = try DoorFixture()
    defer { door.stop() }
    #expect(door.ask(post).status == 201)
    door.log.failReads(.unreadable(reason: "scripted"))
    let failed = door.ask("GET /messages HTTP/1.1\nHost: x\n\n")
    #expect(failed.status == 503)
    #expect(failed.content.contains(#""code":"history-unavailable""#))
  }

  /// Lists tell what was committed, and wait for no commit.
  @Test func roomsAreListedWhileACommitStalls() throws {
    let door = try DoorFixture()
    defer { door.stop() }
    #expect(door.ask(post).status == 201)
    let (stalled, gate) = (Semaphore(), Semaphore())
    door.log.beforeCommit {
      stalled.signal()
      gate.wait()
    }
    let other = Request.Action.post(
      try RoomName("other"), try MessageText("x"), as: try Nick("bob"), .user)
    door.order.submit([Request(SessionID(loop: 9, serial: 1), other)])
    stalled.wait()
    let listed = door.ask("GET /rooms HTTP/1.1\nHost: x\n\n")
    gate.signal()
    #expect(listed.status == 200)
    #expect(listed.content == #"{"rooms":[{"room":"default","members":0}]}"#)
  }

  @Test func stalledCommitsAreUnhealthy() throws {
    let door = try DoorFixture()
    defer { door.stop() }
    door.log.setHealthy(false)
    #expect(door.ask("GET /health HTTP/1.1\nHost: x\n\n").status == 503)
  }

  @Test(arguments: ["GET /hea", "POST /messages HTTP/1.1\nHost: x\nContent-Length: 5\n\nhel"])
  func aRequestThatDoesNotComeIsTimedOut(part: String) async throws {
    let door = try DoorFixture()
    defer { door.stop() }
    #expect(door.ask("GET /health HTTP/1.1\nHost: x\n\n\(part)").status == 200)
    await door.tick(2)
    let refused = door.response()
    #expect(refused.status == 408)
    #expect(refused.head.contains("Connection: close\r\n"))
    #expect(door.hasEnded)
  }

  @Test func anIdleConnectionIsClosedLater() async throws {
    let door = try DoorFixture()
    defer { door.stop() }
    for _ in 0..<2 {
      #expect(door.ask("GET /health HTTP/1.1\nHost: x\n\n").status == 200)
      await door.tick(3)
    }
    await door.tick(1)
    #expect(door.hasEnded)
  }
}
