import ChatCore
import ChatTestSupport
import Glibc
import LineProtocol
import TestSupport
import Testing
import Threads

@testable import Delivery
@testable import Reactor

/// A session that watches rooms and is in none.
private final class Watcher: ConnectionHandler, Participant, RoomSubscriberSink {
  let connection: Connection
  private(set) lazy var subscriber = RoomSubscriber(
    id, connection.output, kinds: .messages, on: shard, sink: self)
  private let shard: Shard
  private var id = SessionID(loop: 0, serial: 0)

  init(_ connection: Connection, _ shard: Shard) {
    self.connection = connection
    self.shard = shard
    id = shard.enter(self, output: connection.output, format: FormatID(0))
  }

  /// From an id on, or from here on.
  func watch(_ name: String, after: MessageID?) {
    guard let name = try? RoomName(name) else { return }
    shard.ask(.room(name)) { [self] answer in
      guard case .room(let room) = answer else { return say("no room") }
      subscriber.watch(room.id, room.name)
      if let after {
        subscriber.replay(ReplayOrder(of: room.id, room.name, after: after, to: .live))
      } else {
        subscriber.goLive(in: room.id)
        say("live")
      }
    }
  }

  /// Rooms together, by one cursor.
  func watch(_ names: [String], after: MessageID, found: [RoomDescription] = []) {
    if let name = names.first.flatMap({ try? RoomName($0) }) {
      return shard.ask(.room(name)) { [self] answer in
        guard case .room(let room) = answer else { return say("no room") }
        watch(Array(names.dropFirst()), after: after, found: found + [room])
      }
    }
    for room in found { subscriber.watch(room.id, room.name) }
    guard let first = found.first else { return }
    subscriber.replay(
      ReplayOrder(of: first.id, first.name, after: after, to: .live), with: found.dropFirst().map(\.id))
  }

  func leave(_ room: Int64) { subscriber.leave(RoomID(room)) }

  private func say(_ line: String) { connection.output.append(Array("\(line)\n".utf8)) }

  func cutOff() {
    connection.cutOff { dropped in
      let points = subscriber.rooms.map { "\(subscriber.resumePoint(in: $0, dropped))" }
      return Array("\(points.joined(separator: " ")) all \(subscriber.resumePoint(dropped))\n".utf8)
    }
  }

  func show(_ entry: Entry, mark: OutputMark) {
    connection.output.append(Array("old \(entry.id)\n".utf8), mark: mark)
  }

  func showGap(in room: RoomID, from: MessageID, to: MessageID, mark: OutputMark) {}
  func continueWhenDrained() { connection.notifyWhenDrained() }
  func replayEnded(of rooms: [RoomID], at cursor: MessageID) {
    say(rooms.isEmpty ? "left at \(cursor)" : "live")
  }
  func replayFailed(of rooms: [RoomID], after: MessageID, _ error: LogError, mark: OutputMark) {
    say("failed after \(after)")
  }
  func outputDrained() { subscriber.outputDrained() }
  func closed() { subscriber.end(reason: "closed") }
  func receive(_ bytes: Span<UInt8>) -> Int { bytes.count }
  func inputEnded() { connection.finish() }
  func received(_ event: Event) {}
  func probe() {}
  func shutDown() {}
  func outputOverflowed() { cutOff() }
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { bytes.firstIndex(of: 0x0A).map { $0 + 1 } }
}

@Suite(.timeLimit(.minutes(5))) struct RoomSubscriberTests {
  /// A watcher on its loop, and its peer's end.
  private struct Watching: Sendable {
    let fixture: ChatFixture
    let peer: Int32
    private let own: Int32

    init(_ fixture: ChatFixture, outputLimit: Int = 1 << 20) async {
      self.fixture = fixture
      var ends: [Int32] = [0, 0]
      #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
      var size: Int32 = 2048
      setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, 4)
      _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
      (own, peer) = (ends[0], ends[1])
      let own = ends[0]
      await fixture.on(0) { shard in
        shard.reactor.adopt(own, outputLimit: outputLimit) { Watcher($0, shard) }
      }
    }

    func onLoop(_ body: @escaping @Sendable (Watcher) -> Void) async {
      let own = self.own
      await fixture.on(0) { shard in
        for connection in shard.reactor.allSources.compactMap({ $0 as? Connection })
        where connection.descriptor == own {
          if let watcher = connection.handler as? Watcher { body(watcher) }
        }
      }
    }

    /// Reads lines up to `last`, or to the end.
    func lines(through last: String?) -> [String] {
      var text: [UInt8] = []
      var byte: UInt8 = 0
      while read(peer, &byte, 1) == 1 {
        text.append(byte)
        if let last, byte == 0x0A, text.suffix(last.utf8.count + 1).elementsEqual("\(last)\n".utf8) { break }
      }
      return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }
  }

  private func say(_ fixture: ChatFixture, _ room: String, _ count: Int = 1) async throws {
    let poster = try await Guest(fixture, on: 0)
    let (room, nick) = (try RoomName(room), try Nick("poster"))
    for number in 0..<count {
      await poster.request(.post(room, try MessageText("\(number)"), as: nick, .user))
    }
    await poster.leave()
  }

  @Test func whoWatchesIsShownTheRoomAndIsNotInIt() async throws {
    let fixture = try ChatFixture(loops: 1)
    let member = try await Guest(fixture, on: 0)
    await member.request(.claim(try Nick("member")), .join(try RoomName("a"), after: nil))
    try await say(fixture, "a", 3)
    _ = await member.lines()
    let watching = await Watching(fixture)
    await watching.onLoop { $0.watch("a", after: 1) }
    #expect(watching.lines(through: "live") == ["old 2", "old 3", "live"])
    try await say(fixture, "a")
    #expect(watching.lines(through: "4") == ["4"])
    // Nobody was told of anybody.
    #expect(await member.lines() == ["4"])
    await watching.onLoop { $0.subscriber.leave($0.subscriber.rooms[0]) }
    try await say(fixture, "a")
    await watching.onLoop { $0.cutOff() }
    #expect(watching.lines(through: " all 0") == [" all 0"])
    close(watching.peer)
    fixture.stop()
  }

  /// Pages of several rooms are one row, to which what is said meanwhile is added, and they are live at once.
  @Test func severalRoomsAreShownInOneRow() async throws {
    let fixture = try ChatFixture(loops: 1)
    for _ in 0..<3 { for room in ["a", "b", "other", "c"] { try await say(fixture, room, 60) } }
    try await say(fixture, "c", 2 * Replay.pageMessages)
    let all = (1...fixture.log.applied).filter { $0 > 720 || ($0 - 1) / 60 % 4 != 2 }
    // While the second page is read there is more in two of them.
    let (reading, goesOn) = (Semaphore(), Semaphore())
    fixture.reads.beforeAnswer { number in
      guard number == 2 else { return }
      reading.signal()
      goesOn.wait()
    }
    let watching = await Watching(fixture)
    await watching.onLoop { $0.watch(["c", "a", "b"], after: 5) }
    let shown = Lock<[String]>([])
    let read = Semaphore()
    try Thread.detached {
      shown.withLock { $0 = watching.lines(through: "live") }
      read.signal()
    }
    reading.wait()
    try await say(fixture, "a", 3)
    try await say(fixture, "b", 3)
    goesOn.signal()
    read.wait()
    let last = all[all.count - 1].number
    let expected = all.map(\.number).filter { $0 > 5 } + Array(last + 1...last + 6)
    #expect(shown.withLock { $0 } == expected.map { "old \($0)" } + ["live"])
    for room in ["a", "b", "c"] { try await say(fixture, room) }
    #expect(watching.lines(through: "\(last + 9)") == [last + 7, last + 8, last + 9].map { "\($0)" })
    await watching.onLoop { $0.cutOff() }
    #expect(watching.lines(through: nil) == ["\(last + 9) \(last + 7) \(last + 8) all \(last + 9)"])
    close(watching.peer)
    fixture.stop()
  }

  @Test func aRoomIsLeftWhileOthersOfItsReplayGoOn() async throws {
    let fixture = try ChatFixture(loops: 1)
    for room in ["a", "b"] { try await say(fixture, room, 400) }
    let (reading, goesOn) = (Semaphore(), Semaphore())
    fixture.reads.beforeAnswer { number in
      guard number == 1 else { return }
      reading.signal()
      goesOn.wait()
    }
    let watching = await Watching(fixture)
    await watching.onLoop { $0.watch(["a", "b"], after: 0) }
    reading.wait()
    await watching.onLoop { $0.subscriber.leave($0.subscriber.rooms[0]) }
    goesOn.signal()
    #expect(watching.lines(through: "live") == (401...800).map { "old \($0)" } + ["live"])
    try await say(fixture, "a")
    try await say(fixture, "b")
    #expect(watching.lines(through: "802") == ["802"])
    close(watching.peer)
    fixture.stop()
  }

  /// Whoever waits for the end of a replay is told of it.
  @Test func theOnlyRoomOfAReplayIsLeft() async throws {
    let fixture = try ChatFixture(loops: 1)
    try await say(fixture, "a", 3)
    let (reading, goesOn) = (Semaphore(), Semaphore())
    fixture.reads.beforeAnswer { number in
      guard number == 1 else { return }
      reading.signal()
      goesOn.wait()
    }
    let watching = await Watching(fixture)
    await watching.onLoop { $0.watch("a", after: 1) }
    reading.wait()
    await watching.onLoop { watcher in
      watcher.subscriber.leave(watcher.subscriber.rooms[0])
      #expect(!watcher.subscriber.isReplaying)
    }
    #expect(watching.lines(through: "left at 1") == ["left at 1"])
    goesOn.signal()
    try await say(fixture, "a")
    await watching.onLoop { $0.cutOff() }
    #expect(watching.lines(through: nil) == [" all 0"])
    close(watching.peer)
    fixture.stop()
  }

  /// A cursor of another process may name an entry that has not come here yet. It is not live before that.
  @Test func aReplayBehindAnEntryThatIsToComeWaitsForIt() async throws {
    let fixture = try ChatFixture(loops: 1)
    try await say(fixture, "a", 3)
    let watching = await Watching(fixture)
    await watching.onLoop { $0.watch("a", after: 5) }
    let post = Request(
      SessionID(loop: 0, serial: 99),
      .post(try RoomName("a"), try MessageText("x"), as: try Nick("ann"), .user, once: nil))
    // What is submitted at once is one batch.
    fixture.order.submit([post, post, post])
    #expect(watching.lines(through: "live") == ["old 6", "live"])
    fixture.order.submit([post])
    #expect(watching.lines(through: "7") == ["7"])
    close(watching.peer)
    fixture.stop()
  }

  /// Its entry may be on disk, where readers find it, and is never shown as new: nothing comes that could be
  /// waited for.
  @Test(arguments: [true, false])
  func aReplayBehindAnEntryOfUnknownOutcomeIsLiveAtOnce(isStored: Bool) async throws {
    let fixture = try ChatFixture(loops: 1)
    try await say(fixture, "a", 3)
    fixture.log.inject(.outcomeUnknown(isStored: isStored))
    try await say(fixture, "a")
    let watching = await Watching(fixture)
    await watching.onLoop { $0.watch("a", after: 4) }
    #expect(watching.lines(through: "live") == ["live"])
    try await say(fixture, "a")
    #expect(watching.lines(through: "5") == ["5"])
    close(watching.peer)
    fixture.stop()
  }

  @Test func aReplayBehindAnEntryThatDoesNotComeFails() async throws {
    let fixture = try ChatFixture(loops: 1, readTimeout: 20)
    try await say(fixture, "a", 3)
    let watching = await Watching(fixture)
    await watching.onLoop { $0.watch("a", after: 5) }
    #expect(watching.lines(through: "failed after 5") == ["failed after 5"])
    close(watching.peer)
    fixture.stop()
  }

  /// Rooms come and go while others are live; one cursor does for all.
  @Test func aRoomInWhichNothingIsSaidDoesNotHoldTheCursorBack() async throws {
    let fixture = try ChatFixture(loops: 1)
    try await say(fixture, "quiet")
    try await say(fixture, "busy", 3)
    let watching = await Watching(fixture)
    await watching.onLoop { $0.watch("quiet", after: 0) }
    #expect(watching.lines(through: "live") == ["old 1", "live"])
    await watching.onLoop { $0.watch("busy", after: 3) }
    #expect(watching.lines(through: "live") == ["old 4", "live"])
    try await say(fixture, "busy")
    #expect(watching.lines(through: "5") == ["5"])
    await watching.onLoop { $0.cutOff() }
    let last = watching.lines(through: nil)
    #expect(last.count == 1 && last[0].hasSuffix("5 all 5"))
    close(watching.peer)
    fixture.stop()
  }

  /// Who is cut off in a replay goes on behind the last that it was shown, and in a room that is live behind
  /// the last live one.
  @Test func aCutOffInAReplayKeepsEachRoomsPoint() async throws {
    let fixture = try ChatFixture(loops: 1)
    try await say(fixture, "live")
    try await say(fixture, "old", 2_000)
    let watching = await Watching(fixture)
    await watching.onLoop { $0.watch("live", after: nil) }
    #expect(watching.lines(through: "live") == ["live"])
    await watching.onLoop { $0.watch("old", after: 1) }
    await watching.onLoop { $0.cutOff() }
    let lines = watching.lines(through: nil)
    let shown = lines.compactMap { $0.hasPrefix("old ") ? Int64($0.dropFirst(4)) : nil }
    #expect(shown == Array(2..<2 + Int64(shown.count)))
    let point = shown.last ?? 1
    let last = try #require(lines.last)
    #expect(last.hasSuffix(" \(point) all \(point)"))
    close(watching.peer)
    fixture.stop()
  }

  /// What it was to be shown of a room before it left it waits still, and it may follow the room anew from a
  /// later point.
  @Test(arguments: [nil, 2_001 as MessageID?]) func whoFollowsARoomAgainMissesNothingOfBefore(
    after: MessageID?
  ) async throws {
    let fixture = try ChatFixture(loops: 1)
    try await say(fixture, "room", 2_000)
    let watching = await Watching(fixture)
    await watching.onLoop { $0.watch("room", after: 0) }
    let isReplaying = Lock(true)
    while isReplaying.withLock({ $0 }) {
      await fixture.settle()
      await watching.onLoop { watcher in
        let subscriber = watcher.subscriber
        isReplaying.withLock { $0 = subscriber.rooms.isEmpty || subscriber.isReplaying }
      }
    }
    // Live, behind what waits.
    try await say(fixture, "room")
    await watching.onLoop { watcher in
      watcher.leave(1)
      watcher.watch("room", after: after)
    }
    await fixture.settle()
    await fixture.settle()
    await watching.onLoop { $0.cutOff() }
    let lines = watching.lines(through: nil)
    let shown = lines.compactMap { $0.hasPrefix("old ") ? Int64($0.dropFirst(4)) : nil }
    #expect(!shown.isEmpty && shown.count < 2_000)
    #expect(lines.last == "\(shown.count) all \(shown.count)")
    close(watching.peer)
    fixture.stop()
  }

  /// They are remembered for as long as anything of them waits.
  @Test func roomsThatWereLeftAreForgotten() async throws {
    let fixture = try ChatFixture(loops: 1)
    try await say(fixture, "room", 3)
    let watching = await Watching(fixture)
    for _ in 0..<3 {
      await watching.onLoop { $0.watch("room", after: 0) }
      #expect(watching.lines(through: "live") == ["old 1", "old 2", "old 3", "live"])
      await watching.onLoop { $0.leave(1) }
    }
    let remembered = Lock(-1)
    await watching.onLoop { watcher in remembered.withLock { $0 = watcher.subscriber.leftCount } }
    #expect(remembered.withLock { $0 } == 0)
    close(watching.peer)
    fixture.stop()
  }
}
