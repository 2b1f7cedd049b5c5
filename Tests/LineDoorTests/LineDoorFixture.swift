import ChatCore
import ChatTestSupport
import Delivery
import Glibc
import LineProtocol
import Reactor
import Threads
import Traffic

@testable import LineDoor

/// A line door on a loop of its own, above a store in memory whose requests are decided on a thread of their
/// own.
final class LineDoorFixture: Sendable {
  let log = MemoryStore()
  let order = LocalOrder()
  private let loop: EventLoop
  private let door = Lock<Confined?>(nil)

  /// A door on its way back to its own loop.
  private struct Confined: @unchecked Sendable {
    let door: LineDoor
    let shard: Shard
  }

  /// `replayBytes`: what replays may show in a turn.
  init(replayBytes: Int = ReplayPacer.turnBytes) throws {
    loop = try EventLoop()
    let bus = LocalEventBus(log: log)
    let (loop, log, order) = (self.loop, self.log, self.order)
    let mailboxes = Mailboxes(loops: [loop], bus: bus)
    let encoder = IRCEncoder(serverName: "linechat")
    let settings = LineSettings(
      irc: encoder, softwareVersion: "linechat-0", networkName: "x", started: Timestamp(milliseconds: 0),
      roomsPerSession: nil, now: { Timestamp(milliseconds: 0) })
    try Thread.detached {
      try? loop.run { reactor in
        let shard = Shard(
          loop: 0, reactor, directory: Directory(), order: order, log: log,
          formats: LineFormats.all(encoder), metrics: DeliveryMetrics(), mailboxes: mailboxes,
          replayBytes: replayBytes)
        self.door.withLock { $0 = Confined(door: LineDoor(shard, settings), shard: shard) }
      }
    }
    try Thread.detached {
      Applier(ChatState(), order: order, store: log) { 0 }.run { bus.publish($0) }
    }
  }

  /// Runs `body` on the loop, with its shard.
  func onLoop(_ body: @escaping @Sendable (Shard) -> Void) async {
    guard let confined = door.withLock({ $0 }) else { return }
    await loop.perform { _ in body(confined.shard) }
  }

  /// A connection whose other end the test holds.
  func connect() async -> LinePeer {
    var ends: [Int32] = [0, 0]
    socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    let own = ends[0]
    await loop.perform { reactor in
      guard let door = door.withLock({ $0 })?.door,
        case .admitted(let limiter) = ConnectionLimiter(TrafficLimits()).admit(.other, at: 0)
      else { return }
      reactor.adopt(own, outputLimit: 1 << 20) { door.handler(for: $0, Throttle(limiter)) }
    }
    return LinePeer(descriptor: ends[1])
  }

  func stop() {
    loop.stop()
    order.close()
  }
}

/// The client's end of a connection. Reads wait.
struct LinePeer {
  let descriptor: Int32

  func send(_ lines: String...) {
    let bytes = lines.flatMap { Array("\($0)\r\n".utf8) }
    _ = Glibc.write(descriptor, bytes, bytes.count)
  }

  /// The lines that come, up to the first that begins with `prefix`.
  func lines(through prefix: String) -> [String] {
    var lines: [String] = []
    while let line = line() {
      lines.append(line)
      if line.hasPrefix(prefix) { break }
    }
    return lines
  }

  private func line() -> String? {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while Glibc.read(descriptor, &byte, 1) == 1 {
      if byte == UInt8(ascii: "\n") { return String(decoding: line.filter { $0 != 13 }, as: UTF8.self) }
      line.append(byte)
    }
    return nil
  }
}
