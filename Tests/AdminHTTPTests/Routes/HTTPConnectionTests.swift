import ChatCore
import Testing
import Threads

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
    door.log.state.withLock { $0.isFull = true }
    let refused = door.ask(post)
    #expect(refused.status == 503)
    #expect(refused.head.contains("Retry-After: 1\r\n"))
    #expect(refused.content.contains(#""code":"log-full""#))
    door.log.state.withLock { $0.isFull = false }
    #expect(door.ask(post).status == 201)
  }

  @Test(arguments: [
    (LogError.notStored(reason: "/secret"), 503, "not-stored"),
    (.outcomeUnknown(reason: "/secret"), 500, "outcome-unknown"),
  ])
  func aFailedCommitIsTold(error: LogError, status: Int, code: String) throws {
    let door = try DoorFixture()
    defer { door.stop() }
    door.log.state.withLock { $0.failure = error }
    let failed = door.ask(post)
    #expect(failed.status == status)
    #expect(failed.content.contains("\"code\":\"\(code)\""))
    #expect(!failed.content.contains("secret"))
    door.log.state.withLock { $0.failure = nil }
    let taken = door.ask(post)
    #expect(taken.status == 201)
    #expect(taken.content.hasPrefix(#"{"status":"published","id":2,"room":"default""#))
  }

  @Test func aLogThatCannotBeReadIsTold() throws {
    let door = try DoorFixture()
    defer { door.stop() }
    #expect(door.ask(post).status == 201)
    let failed = door.ask("GET /messages HTTP/1.1\nHost: x\n\n")
    #expect(failed.status == 503)
    #expect(failed.content.contains(#""code":"history-unavailable""#))
  }

  @Test func stalledCommitsAreUnhealthy() throws {
    let door = try DoorFixture()
    defer { door.stop() }
    door.log.state.withLock { $0.isHealthy = false }
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
