import ChatCore
import Glibc
import LineProtocol
import Testing
import Threads

@testable import Delivery
@testable import Reactor

/// A session on a connection, live in each room as soon as it has joined. What it is shown are lines of its
/// format, what it is told are lines that begin with `=`.
private final class GuestSession: ConnectionHandler, Participant {
  let connection: Connection
  private let shard: Shard
  private(set) var id = SessionID(loop: 0, serial: 0)
  private var rooms: Set<RoomID> = []
  /// Ends as soon as it is told of a message of its own.
  var endsAtItsMessage = false

  init(_ connection: Connection, _ shard: Shard, _ format: FormatID) {
    self.connection = connection
    self.shard = shard
    id = shard.enter(self, output: connection.output, format: format)
  }

  func received(_ event: Event) {
    if case .joined(let joining) = event.kind {
      rooms.insert(joining.room)
      shard.goLive(id, in: joining.room)
    }
    if case .parted(let parting) = event.kind { rooms.remove(parting.room) }
    say("= \(LineFormat.text(of: event))")
    if endsAtItsMessage, case .message = event.kind {
      say("bye")
      connection.finish()
      shard.leave(id, rooms: rooms, reason: "bye")
    }
  }

  func say(_ line: String) { connection.output.append(Array("\(line)\n".utf8)) }
  func probe() { say("probed") }
  func closed() { shard.leave(id, rooms: rooms, reason: "closed") }
  func receive(_ bytes: Span<UInt8>) -> Int { bytes.count }
  func inputEnded() { connection.finish() }
  func outputDrained() {}
  func shutDown() {}
  func outputOverflowed() { connection.close() }
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { nil }
}

/// Such a session as the test holds it.
struct Guest: Sendable {
  let id: SessionID
  private let fixture: ChatFixture
  private let peer: Int32

  init(_ fixture: ChatFixture, on loop: Int, format: Int = 0) async throws {
    var ends: [Int32] = [0, 0]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    let own = ends[0]
    let entered = Lock<SessionID?>(nil)
    await fixture.on(loop) { shard in
      shard.reactor.adopt(own, outputLimit: 1 << 20) { connection in
        let session = GuestSession(connection, shard, FormatID(format))
        entered.withLock { $0 = session.id }
        return session
      }
    }
    id = try #require(entered.withLock { $0 })
    self.fixture = fixture
    peer = ends[1]
  }

  /// Asks for something. Returns when what came of it has been shown on all loops.
  func request(_ actions: Request.Action...) async {
    let id = self.id
    await fixture.on(Int(id.loop)) { shard in for action in actions { shard.request(id, action) } }
    await fixture.settle()
  }

  func endAtItsMessage() async { await onLoop { $0.endsAtItsMessage = true } }

  /// What it was shown up to the end of its connection.
  func linesToTheEnd() -> [String] {
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(peer, &chunk, chunk.count)
      if count <= 0 { break }
      text += chunk[..<count]
    }
    close(peer)
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Ends. Returns when all have been shown it.
  func leave() async {
    await onLoop { $0.connection.close() }
    await fixture.settle()
    close(peer)
  }

  /// What it was shown and told since the last look.
  func lines() async -> [String] {
    await onLoop { $0.say("---") }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while !text.suffix(4).elementsEqual("---\n".utf8) {
      let count = read(peer, &chunk, chunk.count)
      if count <= 0 { break }
      text += chunk[..<count]
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").dropLast().map(String.init)
  }

  private func onLoop(_ body: @escaping @Sendable (GuestSession) -> Void) async {
    let id = self.id
    await fixture.on(Int(id.loop)) { shard in
      if let session = shard.participants[id.serial]?.participant as? GuestSession { body(session) }
    }
  }
}

extension ChatFixture {
  /// Returns when each loop has shown what was published before. Loops give their own requests away before
  /// this one.
  func settle() async {
    for loop in loops.indices {
      let (answers, answered) = AsyncStream.makeStream(of: Void.self)
      await on(loop) { shard in Marker.pass(shard) { answered.yield() } }
      var next = answers.makeAsyncIterator()
      await next.next()
    }
  }
}

/// A session that asks for what is refused, and goes when it has been told: by then its loop has been given
/// all that came before.
private final class Marker: Participant {
  private let shard: Shard
  private let passed: @Sendable () -> Void
  private var id = SessionID(loop: 0, serial: 0)
  /// A shard does not own its participants.
  private var kept: Marker?

  static func pass(_ shard: Shard, _ passed: @escaping @Sendable () -> Void) {
    guard let room = try? RoomName("nowhere") else { return }
    let marker = Marker(shard, passed)
    marker.kept = marker
    marker.id = shard.enter(marker, output: nil, format: FormatID(0))
    shard.request(marker.id, .part(room, reason: nil))
  }

  private init(_ shard: Shard, _ passed: @escaping @Sendable () -> Void) {
    (self.shard, self.passed) = (shard, passed)
  }

  func received(_ event: Event) {
    shard.leave(id, rooms: EmptyCollection<RoomID>(), reason: "")
    passed()
    kept = nil
  }

  func probe() {}
  func shutDown() {}
}
