import ChatCore
import Glibc
import LineProtocol
import Testing
import Threads

@testable import Delivery
@testable import Reactor

/// A session that joins a room behind an id and is shown ids, one a line.
private final class Reader: ConnectionHandler, Participant, ReplaySink {
  let connection: Connection
  let shard: Shard
  let after: Int64
  var id = SessionID(loop: 0, serial: 0)
  var room: RoomID?
  var replay: Replay?

  init(_ connection: Connection, _ shard: Shard, name: String, after: Int64) {
    self.connection = connection
    self.shard = shard
    self.after = after
    id = shard.enter(self, output: connection.output, format: FormatID(0))
    guard let nick = try? Nick(name), let room = try? RoomName("room") else { return }
    shard.ask(id, .name(nick))
    shard.ask(id, .join(room, after: after))
  }

  func happened(_ outcome: Outcome) {
    guard case .joined(let room, _, _, _) = outcome else { return }
    self.room = room
    replay = Replay(
      of: room, after: after, to: .live, session: id, output: connection.output, on: shard, sink: self)
    replay?.start()
  }

  func show(_ message: Message) { connection.output.append(Array("\(message.id)\n".utf8)) }
  func continueWhenDrained() { connection.notifyWhenDrained() }
  func outputDrained() { replay?.outputDrained() }
  func replayEnded(at cursor: Int64) { replay = nil }
  func closed() {
    replay?.cancel()
    shard.leave(id, rooms: room.map { [$0] } ?? [], reason: "closed")
  }
  func receive(_ bytes: Span<UInt8>) -> Int { bytes.count }
  func inputEnded() { connection.finish() }
  func replied(_ reply: Reply) {}
  func probe() {}
  func shutDown() {}
  func showGap(from: Int64, to: Int64) {}
  func replayFailed(_ error: LogError) {}
  func outputOverflowed() { connection.close() }
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { nil }
}

private final class Writer: Participant {
  let shard: Shard
  var id = SessionID(loop: 0, serial: 0)
  init(_ shard: Shard) {
    self.shard = shard
    id = shard.enter(self, output: nil, format: FormatID(0))
  }
  func say(_ text: String) {
    guard let room = try? RoomName("room"), let nick = try? Nick("writer"), let text = try? MessageText(text)
    else { return }
    shard.ask(id, .post(room, text, as: nick, .user))
  }
  func replied(_ reply: Reply) {}
  func happened(_ outcome: Outcome) {}
  func probe() {}
  func shutDown() {}
}

struct ResumeTests {
  /// Readers on every loop resume from everywhere while a writer publishes; each sees every later id once, in order.
  @Test(arguments: [1, 2]) func resumesWithoutGapOrDouble(loops: Int) async throws {
    let fixture = try ChatFixture(loops: loops)
    let total: Int64 = 3_000
    var peers: [(fd: Int32, after: Int64)] = []
    for step in 0..<60 {
      await fixture.on(step % loops) { shard in
        let writer = Writer(shard)
        for number in 0..<50 { writer.say("\(number)") }
        Kept.shared.keep(writer)
      }
      // Not more than there is by now, for sure.
      let after = min(Int64.random(in: 0...Int64(step * 50)), fixture.log.lastID)
      var ends: [Int32] = [0, 0]
      #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
      _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
      let own = ends[0]
      await fixture.on((step + 1) % loops) { shard in
        shard.reactor.adopt(own, outputLimit: 1 << 20) {
          Reader($0, shard, name: "r\(step)", after: after)
        }
      }
      peers.append((ends[1], after))
    }
    for peer in peers {
      #expect(readIDs(peer.fd, through: total) == Array(peer.after + 1...total))
      close(peer.fd)
    }
    fixture.stop()
  }

  /// A batch that is longer than the bound of a reader's output comes whole to one who reads.
  @Test func aLongBatchIsNoReasonToCutOff() async throws {
    let fixture = try ChatFixture(loops: 1)
    var ends: [Int32] = [0, 0]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    let own = ends[0]
    await fixture.on(0) { shard in
      shard.reactor.adopt(own, outputLimit: 24 * 1024) {
        Reader($0, shard, name: "reader", after: 0)
      }
      let writer = Writer(shard)
      writer.say("first")
      Kept.shared.keep(writer)
    }
    #expect(readIDs(ends[1], through: 1) == [1])
    let total: Int64 = 10_000
    await fixture.on(0) { shard in
      let writer = Writer(shard)
      for number in 1..<total { writer.say("\(number)") }
      Kept.shared.keep(writer)
    }
    #expect(readIDs(ends[1], through: total) == Array(2...total))
    // It is still there.
    await fixture.on(0) { shard in
      let writer = Writer(shard)
      writer.say("last")
      Kept.shared.keep(writer)
    }
    #expect(readIDs(ends[1], through: total + 1) == [total + 1])
    close(ends[1])
    fixture.stop()
  }

  private func readIDs(_ fd: Int32, through last: Int64) -> [Int64] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while !bytes.elementsEqual("\(last)\n".utf8),
      !bytes.suffix("\n\(last)\n".utf8.count).elementsEqual("\n\(last)\n".utf8)
    {
      let count = read(fd, &chunk, chunk.count)
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    return bytes.split(separator: 0x0A).compactMap { Int64(String(decoding: $0, as: UTF8.self)) }
  }
}

/// Keeps writers alive for the length of the process: a shard does not own its participants.
private final class Kept: @unchecked Sendable {
  static let shared = Kept()
  private let lock = Lock<Void>(())
  private var writers: [Writer] = []
  func keep(_ writer: Writer) { lock.withLock { _ in writers.append(writer) } }
}
