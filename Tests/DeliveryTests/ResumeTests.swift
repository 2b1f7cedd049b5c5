import ChatCore
import ChatTestSupport
import Glibc
import LineProtocol
import TestSupport
import Testing
import Threads

@testable import Delivery
@testable import Reactor

/// A session that joins a room behind an id and is shown ids, one a line.
private final class Reader: ConnectionHandler, Participant, RoomSubscriberSink {
  let connection: Connection
  let shard: Shard
  let after: MessageID
  private let tally: Tally?
  var id = SessionID(loop: 0, serial: 0)
  private lazy var subscriber = RoomSubscriber(
    id, connection.output, kinds: .messages, on: shard, sink: self)

  init(_ connection: Connection, _ shard: Shard, name: String, after: MessageID, tally: Tally?) {
    self.tally = tally
    self.connection = connection
    self.shard = shard
    self.after = after
    id = shard.enter(self, output: connection.output, format: FormatID(0))
    guard let nick = try? Nick(name), let room = try? RoomName("room") else { return }
    shard.request(id, .claim(nick))
    shard.request(id, .join(room, after: after))
  }

  func received(_ event: Event) {
    guard case .joined(let joining) = event.kind else { return }
    subscriber.replay(ReplayOrder(of: joining.room, joining.name, after: after, to: .live))
  }

  func show(_ entry: Entry, mark: OutputMark) {
    tally?.shown.withLock { $0[shard.reactor.turn, default: 0] += entry.cost }
    connection.output.append(Array("\(entry.id)\n".utf8), mark: mark)
  }

  func continueWhenDrained() { connection.notifyWhenDrained() }
  func outputDrained() { subscriber.outputDrained() }
  func replayEnded(of rooms: [RoomID], at cursor: MessageID) {}
  func closed() { subscriber.end(reason: "closed") }
  func receive(_ bytes: Span<UInt8>) -> Int { bytes.count }
  func inputEnded() { connection.finish() }
  func probe() {}
  func shutDown() {}
  func showGap(in room: RoomID, from: MessageID, to: MessageID, mark: OutputMark) {}
  func replayFailed(of rooms: [RoomID], after: MessageID, _ error: LogError, mark: OutputMark) {}
  func outputOverflowed() { connection.close() }
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { nil }
}

/// What replays show in each turn of a loop.
private final class Tally: Sendable {
  let shown = Lock<[Int: Int]>([:])
}

private final class Writer: Participant {
  let shard: Shard
  var id = SessionID(loop: 0, serial: 0)
  private let published: @Sendable () -> Void

  init(_ shard: Shard, published: @escaping @Sendable () -> Void = {}) {
    self.shard = shard
    self.published = published
    id = shard.enter(self, output: nil, format: FormatID(0))
  }
  func say(_ text: String) {
    guard let room = try? RoomName("room"), let nick = try? Nick("writer"), let text = try? MessageText(text)
    else { return }
    shard.request(id, .post(room, text, as: nick, .user))
  }
  func received(_ event: Event) { if case .message = event.kind { published() } }
  func probe() {}
  func shutDown() {}
}

@Suite(.timeLimit(.minutes(5))) struct ResumeTests {
  /// Readers on every loop resume from everywhere while a writer publishes; each sees every later id once, in
  /// order.
  @Test(arguments: [1, 2]) func resumesWithoutGapOrDouble(loops: Int) async throws {
    let fixture = try ChatFixture(loops: loops)
    let total: MessageID = 3_000
    var peers: [(fd: Int32, after: MessageID)] = []
    for step in 0..<60 {
      await fixture.on(step % loops) { shard in
        let writer = Writer(shard)
        for number in 0..<50 { writer.say("\(number)") }
        Kept.shared.keep(writer)
      }
      // Not more than there is by now, for sure.
      let after = min(MessageID(Int64.random(in: 0...Int64(step * 50))), fixture.log.applied)
      peers.append((await join(fixture, on: (step + 1) % loops, as: "r\(step)", after: after), after))
    }
    for peer in peers {
      #expect(readIDs(peer.fd, through: total) == Array(peer.after.next...total))
      close(peer.fd)
    }
    fixture.stop()
  }

  /// A batch that is longer than the bound of a reader's output comes whole to one who reads.
  @Test func aLongBatchIsNoReasonToCutOff() async throws {
    let fixture = try ChatFixture(loops: 1)
    let reader = await join(fixture, after: 0, outputLimit: 24 * 1024)
    await fixture.on(0) { shard in
      let writer = Writer(shard)
      writer.say("first")
      Kept.shared.keep(writer)
    }
    #expect(readIDs(reader, through: 1) == [1])
    let total: MessageID = 10_000
    await fixture.on(0) { shard in
      let writer = Writer(shard)
      for number in 1..<total.number { writer.say("\(number)") }
      Kept.shared.keep(writer)
    }
    #expect(readIDs(reader, through: total) == Array(2...total))
    // It is still there.
    await fixture.on(0) { shard in
      let writer = Writer(shard)
      writer.say("last")
      Kept.shared.keep(writer)
    }
    #expect(readIDs(reader, through: total.next) == [total.next])
    close(reader)
    fixture.stop()
  }

  /// What is published while a page is read need not be read in its turn, or a replay in a busy room would
  /// never end. `burst`: messages published while the first page is read; with each later one come three. Of
  /// more than is held the older half is let go, and read from the log: so many pages.
  @Test(arguments: [
    (3, 1), (RecentEntries.mostEntries + 10, 1 + RecentEntries.mostEntries / 2 / Replay.pageMessages),
  ])
  func aReplayEndsThoughMoreIsPublishedWithEachPage(burst: Int, readsNeeded: Int) async throws {
    let fixture = try ChatFixture(loops: 1)
    let (order, reads, shown) = (fixture.order, fixture.reads, Semaphore())
    let post = Request.Action.post(
      try RoomName("room"), try MessageText("more"), as: try Nick("writer"), .user)
    await fixture.on(0) { shard in
      let writer = Writer(shard) { shown.signal() }
      writer.say("first")
      Kept.shared.keep(writer)
    }
    reads.beforeAnswer { number in
      if number == 1 { shown.wait() }
      // Without an end the test would fail by its time limit only.
      guard number < 50 else { return }
      let writer = SessionID(loop: 0, serial: 1)
      let count = number == 1 ? burst : 3
      order.submit(Array(repeating: Request(writer, post), count: count))
      for _ in 0..<count { shown.wait() }
    }
    let reader = await join(fixture, after: 0)
    let total = MessageID(Int64(1 + burst + 3 * (readsNeeded - 1)))
    #expect(readIDs(reader, through: total) == Array(1...total))
    #expect(reads.count == readsNeeded)
    close(reader)
    fixture.stop()
  }

  /// Pages for all of them come at once, and are not shown in one turn.
  @Test func manyReplaysTakeTurns() async throws {
    let fixture = try ChatFixture(loops: 1)
    let (count, total, tally) = (30, 100 as MessageID, Tally())
    let shown = Semaphore()
    await fixture.on(0) { shard in
      let writer = Writer(shard) { shown.signal() }
      for _ in 0..<total.number { writer.say(String(repeating: "x", count: 1_000)) }
      Kept.shared.keep(writer)
    }
    for _ in 0..<total.number { shown.wait() }
    let (asked, answered) = (Semaphore(), Semaphore())
    fixture.reads.beforeAnswer { number in
      guard number <= count else { return }
      asked.signal()
      answered.wait()
    }
    var peers: [Int32] = []
    for number in 0..<count {
      peers.append(await join(fixture, as: "reader\(number)", after: 0, tally: tally))
    }
    for _ in 0..<count { asked.wait() }
    await fixture.on(0) { _ in for _ in 0..<count { answered.signal() } }
    for peer in peers {
      #expect(readIDs(peer, through: total) == Array(1...total))
      close(peer)
    }
    let most = tally.shown.withLock { $0.values.max() } ?? 0
    #expect(most < ReplayPacer.turnBytes + 1_200)
    fixture.stop()
  }

  /// A reader that joins behind an id. Gives back the peer's end of its connection.
  private func join(
    _ fixture: ChatFixture, on loop: Int = 0, as name: String = "reader", after: MessageID,
    outputLimit: Int = 1 << 20, tally: Tally? = nil
  ) async -> Int32 {
    var ends: [Int32] = [0, 0]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    let own = ends[0]
    await fixture.on(loop) { shard in
      shard.reactor.adopt(own, outputLimit: outputLimit) {
        Reader($0, shard, name: name, after: after, tally: tally)
      }
    }
    return ends[1]
  }

  /// The ids that come, up to the end of the piece that brings `last` or one after it.
  private func readIDs(_ fd: Int32, through last: MessageID) -> [MessageID] {
    var ids: [MessageID] = []
    var partial: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while (ids.last ?? 0) < last {
      let count = read(fd, &chunk, chunk.count)
      if count <= 0 { break }
      var lines = (partial + chunk[..<count]).split(separator: 0x0A, omittingEmptySubsequences: false)
      partial = Array(lines.popLast() ?? [])
      ids += lines.compactMap { MessageID(String(decoding: $0, as: UTF8.self)) }
    }
    return ids
  }
}

/// Keeps writers alive for the length of the process: a shard does not own its participants.
private final class Kept: @unchecked Sendable {
  static let shared = Kept()
  private let lock = Lock<Void>(())
  private var writers: [Writer] = []
  func keep(_ writer: Writer) { lock.withLock { _ in writers.append(writer) } }
}
