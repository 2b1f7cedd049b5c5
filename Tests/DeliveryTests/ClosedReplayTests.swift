import ChatCore
import ChatTestSupport
import Glibc
import LineProtocol
import Testing

@testable import Delivery
@testable import Reactor

/// A session that shows nothing of what it replays.
private final class Follower: ConnectionHandler, Participant, RoomSubscriberSink {
  let connection: Connection
  let shard: Shard
  var id = SessionID(loop: 0, serial: 0)
  lazy var subscriber = RoomSubscriber(id, connection.output, kinds: .all, on: shard, sink: self)
  init(_ connection: Connection, _ shard: Shard) {
    self.connection = connection
    self.shard = shard
    id = shard.enter(self, output: connection.output, format: FormatID(0))
  }
  func received(_ event: Event) {}
  func probe() {}
  func closed() { subscriber.end(reason: "closed") }
  func receive(_ bytes: Span<UInt8>) -> Int { bytes.count }
  func inputEnded() { connection.finish() }
  func outputDrained() {}
  func shutDown() {}
  func outputOverflowed() { connection.close() }
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { nil }
  func show(_ entry: Entry, mark: OutputMark) {}
  func showGap(in room: RoomID, from: MessageID, to: MessageID, mark: OutputMark) {}
  func continueWhenDrained() {}
  func replayEnded(of rooms: [RoomID], at cursor: MessageID) {}
  func replayFailed(of rooms: [RoomID], after: MessageID, _ error: LogError, mark: OutputMark) {}
}

@Suite(.timeLimit(.minutes(5))) struct ClosedReplayTests {
  /// Its output is freed with the connection, and the replay has its turn after that.
  @Test func aReplayThatWaitsIsCancelledWithItsConnection() async throws {
    let fixture = try ChatFixture(loops: 1)
    var ends: [Int32] = [0, 0]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    let own = ends[0]
    let name = try RoomName("room")
    await fixture.on(0) { shard in
      shard.pacer.spend(ReplayPacer.turnBytes)
      shard.reactor.adopt(own, outputLimit: 1 << 20) { connection in
        let follower = Follower(connection, shard)
        follower.subscriber.replay(
          ReplayOrder(of: RoomID(1), name, after: 0, to: .through(5)))
        return follower
      }
      (shard.reactor.allSources.compactMap { $0 as? Connection }.first)?.close()
    }
    await fixture.settle()
    await fixture.settle()
    #expect(fixture.reads.count == 0)
    close(ends[1])
    fixture.stop()
  }
}
