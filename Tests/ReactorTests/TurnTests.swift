import Reactor
import Testing
import Threads

/// Two loops run by one thread, with a time of the test's own.
@Suite(.timeLimit(.minutes(5))) struct TurnTests {
  private final class Record: Sendable {
    /// What happened, in order.
    private let happened = Lock<[String]>([])
    private let time = Lock<Int64>(0)

    var all: [String] { happened.withLock { $0 } }
    func add(_ items: [String]) { happened.withLock { $0 += items } }
    var now: Int64 { time.withLock { $0 } }
    func setTime(_ now: Int64) { time.withLock { $0 = now } }
  }

  @Test func aTurnTakesTheMailAndReturns() throws {
    let record = Record()
    let loops = [try EventLoop(), try EventLoop()]
    let mailboxes = loops.map { $0.mailbox(of: String.self) }
    for (loop, mailbox) in zip(loops, mailboxes) {
      loop.betweenTurns { $0.receive(mailbox) { record.add($0) } }
    }
    mailboxes[0].post("first")
    mailboxes[1].post("second")
    loops[1].turn()
    #expect(record.all == ["second"])
    loops[0].turn()
    loops[1].turn()
    #expect(record.all == ["second", "first"])
  }

  @Test func timersGoByTheGivenClock() throws {
    let record = Record()
    let loop = try EventLoop(clock: { record.now })
    loop.betweenTurns { $0.after(milliseconds: 100) { record.add(["due"]) } }
    record.setTime(99)
    loop.turn()
    #expect(record.all.isEmpty)
    record.setTime(100)
    loop.turn()
    #expect(record.all == ["due"])
  }

  @Test func anEndedLoopHoldsNobody() throws {
    final class Held {}
    let loop = try EventLoop()
    weak var held: Held?
    nonisolated(unsafe) var made: Held? = Held()
    held = made
    loop.betweenTurns { reactor in
      guard let made else { return }
      reactor.atTurnEnd { _ = (made, reactor) }
      reactor.after(milliseconds: 1_000_000) { _ = made }
    }
    made = nil
    #expect(held != nil)
    loop.end()
    #expect(held == nil)
  }
}
