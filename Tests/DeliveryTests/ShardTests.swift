import ChatCore
import ChatTestSupport
import LineProtocol
import TestSupport
import Testing
import Threads

@testable import Delivery

@Suite(.timeLimit(.minutes(5))) struct ShardTests {
  /// A reader that hangs holds nobody up, and its late answer is nobody's.
  @Test func aReadThatIsNotAnsweredIsRefused() async throws {
    let fixture = try ChatFixture(loops: 1, readTimeout: 20)
    let gate = Semaphore()
    fixture.reads.beforeAnswer { number in if number == 1 { gate.wait() } }
    let (answers, answered) = AsyncStream.makeStream(of: String.self)
    let query = HistoryQuery(room: RoomID(1), .after(0), limit: 1)
    await fixture.on(0) { shard in
      shard.read(query) { answered.yield("first: \($0)") }
    }
    var next = answers.makeAsyncIterator()
    let refused = try #require(await next.next())
    #expect(refused.hasPrefix("first: failure") && refused.contains("cannot be read"))
    #expect(
      fixture.incidents.withLock { $0 } == ["history cannot be read: the disk has not answered in time"])
    gate.signal()
    // On a machine that is busy a read may take longer than this fixture lets it; then it is asked again.
    var answer: String?
    repeat {
      await fixture.on(0) { shard in
        shard.read(query) { answered.yield("later: \($0)") }
      }
      answer = await next.next()
    } while answer?.hasPrefix("later: failure") == true
    #expect(answer?.hasPrefix("later: success") == true)
    fixture.stop()
  }

  /// It is not told that nothing follows an entry that it knows and that has not come here yet.
  @Test func aReadBehindAnEntryThatIsToComeWaitsForIt() async throws {
    let fixture = try ChatFixture(loops: 2)
    let (answers, answered) = AsyncStream.makeStream(of: [MessageID].self)
    await fixture.on(1) { shard in
      shard.read(HistoryQuery(.all, .after(2), kinds: .all, limit: 9, byteLimit: .max)) { result in
        answered.yield(((try? result.get())?.entries ?? []).map(\.id))
      }
      shard.read(HistoryQuery(.all, .after(0), kinds: .all, limit: 9, byteLimit: .max)) { result in
        answered.yield(((try? result.get())?.entries ?? []).map(\.id) + [0])
      }
    }
    var next = answers.makeAsyncIterator()
    #expect(await next.next() == [0])
    #expect(fixture.reads.count == 1)
    let post = Request(
      SessionID(loop: 0, serial: 1),
      .post(try RoomName("a"), try MessageText("x"), as: try Nick("ann"), .user, once: nil))
    // What is submitted at once is one batch: the third is there when the second is shown.
    fixture.order.submit([post, post, post])
    #expect(await next.next() == [3])
    fixture.stop()
  }

  /// The entry may never come: what the reader was told then is not that there is nothing.
  @Test func aReadBehindAnEntryThatDoesNotComeIsRefused() async throws {
    let fixture = try ChatFixture(loops: 1, readTimeout: 20)
    let (answers, answered) = AsyncStream.makeStream(of: String.self)
    await fixture.on(0) { shard in
      shard.read(HistoryQuery(room: RoomID(1), .after(1), limit: 1)) { answered.yield("\($0)") }
    }
    var next = answers.makeAsyncIterator()
    #expect(try #require(await next.next()).hasPrefix("failure"))
    #expect(fixture.reads.count == 0)
    #expect(
      fixture.incidents.withLock { $0 } == [
        "history cannot be read: an entry that was given its id has not come in time"
      ])
    fixture.stop()
  }

  /// As a WebSocket that is cut off while it is let in.
  @Test func whoJoinsARoomAndDoesNotFollowItLeavesNothing() async throws {
    let fixture = try ChatFixture(loops: 1)
    let (room, nick) = (try RoomName("room"), try Nick("ann"))
    let member = Member()
    await fixture.on(0) { shard in
      member.id = shard.enter(member, output: nil, format: FormatID(0))
      shard.request(member.id, .enter(nick, room, after: nil))
    }
    await fixture.settle()
    await fixture.on(0) { shard in
      #expect(member.hasJoined)
      #expect(shard.rooms.isEmpty)
    }
    fixture.stop()
  }

  @Test func aPageThatCannotBeReadIsLogged() async throws {
    let fixture = try ChatFixture(loops: 1)
    fixture.log.failReads(.unreadable(reason: "page 7 is damaged"))
    let (answers, answered) = AsyncStream.makeStream(of: String.self)
    await fixture.on(0) { shard in
      for _ in 0..<100 {
        shard.read(HistoryQuery(room: RoomID(1), .after(0), limit: 1)) { answered.yield("\($0)") }
      }
    }
    var next = answers.makeAsyncIterator()
    for _ in 0..<100 { #expect(try #require(await next.next()).hasPrefix("failure")) }
    let lines = fixture.incidents.withLock { $0 }
    #expect(lines.first == "history cannot be read: page 7 is damaged")
    // A flood of them is not one of lines.
    #expect(lines.count >= 20 && lines.count < 100)
    fixture.stop()
  }

  /// The log may have found room between a look at it and this; then no batch follows that would tell.
  @Test func whoWaitsForALogThatHasRoomGoesOnAtOnce() async throws {
    let fixture = try ChatFixture(loops: 1)
    let hasRun = Run()
    await fixture.on(0) { shard in shard.whenLogHasRoom(for: shard.id) { hasRun.flag.withLock { $0 = true } }
    }
    #expect(hasRun.flag.withLock { $0 })
    fixture.stop()
  }

  /// A door ends all its connections, which may be participants themselves.
  @Test func whatIsDoneToOneParticipantMayEndOthers() async throws {
    let fixture = try ChatFixture(loops: 1)
    await fixture.on(0) { shard in
      let crowd = Crowd()
      for _ in 0..<10 { crowd.add(to: shard) }
      shard.forEachParticipant { participant in
        #expect(crowd.members.contains { $0 === participant })
        crowd.endOne(of: shard)
      }
    }
    fixture.stop()
  }

  private final class Crowd {
    private(set) var members: [Member] = []

    func add(to shard: Shard) {
      let member = Member()
      member.id = shard.enter(member, output: nil, format: FormatID(0))
      members.append(member)
    }

    func endOne(of shard: Shard) {
      if let last = members.popLast() { shard.leave(last.id, rooms: EmptyCollection<RoomID>(), reason: "") }
    }
  }

  /// Used on its loop only.
  private final class Member: Participant, @unchecked Sendable {
    var id = SessionID(loop: 0, serial: 0)
    private(set) var hasJoined = false
    func received(_ event: Event) { if case .joined = event.kind { hasJoined = true } }
    func probe() {}
    func shutDown() {}
  }

  private final class Run: Sendable {
    let flag = Lock(false)
  }
}
