import ChatCore
import ChatTestSupport
import Delivery
import Glibc
import LineProtocol
import Reactor
import Threads
import Traffic

@testable import AdminHTTP

/// A door on a loop of its own with an order and a log that do as they are told, and one connection whose
/// other end the test holds. Requests are decided on a thread of their own.
final class DoorFixture: Sendable {
  let log = MemoryStore()
  let order = ScriptedOrder()
  let bus: LocalEventBus
  private let loop: EventLoop
  private let peer: Int32
  private let door = Lock<Confined?>(nil)

  /// A door on its way back to its own loop.
  private struct Confined: @unchecked Sendable { let door: HTTPDoor }

  init(policy: Policy = Policy()) throws {
    loop = try EventLoop()
    var ends: [Int32] = [0, 0]
    socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
    peer = ends[1]
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    bus = LocalEventBus(log: log)
    let (own, loop, log, order, bus) = (ends[0], self.loop, self.log, self.order, self.bus)
    let mailboxes = Mailboxes(loops: [loop], bus: bus)
    // An hour: its own clock does not tick during a test, however long that takes.
    let settings = HTTPSettings(
      webSocketFormat: FormatID(0), names: [], allowedOrigins: [], lineAddresses: { [] },
      tickMilliseconds: 3_600_000,
      log: LogFigures(
        batchSize: Histogram(bounds: []), commitSeconds: Histogram(bounds: []), queuedBytes: { 0 }))
    try Thread.detached {
      try? loop.run { reactor in
        let shard = Shard(
          loop: 0, reactor, directory: Directory(), order: order, log: log, formats: [WebSocketFormat()],
          metrics: DeliveryMetrics(), mailboxes: mailboxes)
        let door = HTTPDoor(shard, settings)
        self.door.withLock { $0 = Confined(door: door) }
        guard case .admitted(let limiter) = ConnectionLimiter(TrafficLimits()).admit(.other, at: 0) else {
          return
        }
        reactor.adopt(own, outputLimit: 1 << 20) { door.handler(for: $0, Throttle(limiter)) }
      }
    }
    try Thread.detached {
      Applier(ChatState(policy: policy), order: order.local, store: log) { 0 }.run { bus.publish($0) }
    }
  }

  /// Writes a request and reads its response: status, head and content.
  func ask(_ text: String) -> (status: Int, head: String, content: String) {
    let bytes = wire(text)
    _ = Glibc.write(peer, bytes, bytes.count)
    return response()
  }

  /// Writes, and reads what the loop has answered when it has dealt with that.
  func exchange(_ bytes: [UInt8]) async -> [UInt8] {
    _ = Glibc.write(peer, bytes, bytes.count)
    // Each is in a turn of its own, so a whole turn lies between the write and the last.
    for _ in 0..<3 { await tick(0) }
    var answer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(peer, &answer, answer.count, Int32(MSG_DONTWAIT))
    return Array(answer.prefix(max(0, count)))
  }

  /// Reads the text of a frame that is not long.
  func frame() -> String? {
    var header: [UInt8] = []
    while header.count < 2, let byte = readBytes(1) { header += byte }
    guard header.count == 2 else { return nil }
    if header[1] < 126 { return read(Int(header[1])) }
    guard header[1] == 126, let length = readBytes(2) else { return nil }
    return read(Int(length[0]) << 8 | Int(length[1]))
  }

  /// Reads a response.
  func response() -> (status: Int, head: String, content: String) {
    var head = ""
    while !head.hasSuffix("\r\n\r\n"), let byte = read(1) { head += byte }
    let lines = head.split(separator: "\r\n")
    let length = lines.first { $0.hasPrefix("Content-Length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
    let status = lines.first.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
    return (status, head, length > 0 ? read(length) ?? "" : "")
  }

  /// As if the door's clock had ticked so often.
  func tick(_ times: Int) async {
    let confined = door.withLock { $0 }
    await loop.perform { _ in for _ in 0..<times { confined?.door.tick() } }
  }

  var hasEnded: Bool { read(1) == nil }

  private func read(_ count: Int) -> String? {
    readBytes(count).map { String(decoding: $0, as: UTF8.self) }
  }

  private func readBytes(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var got = 0
    while got < count {
      let read = bytes[got...].withUnsafeMutableBytes { Glibc.read(peer, $0.baseAddress, count - got) }
      if read <= 0 { return nil }
      got += read
    }
    return bytes
  }

  func stop() {
    loop.stop()
    order.local.close()
    close(peer)
  }
}

/// A queue that is full when the test says so, and keeps what came.
final class ScriptedOrder: Order {
  private struct State {
    var isFull = false
    var submitted: [Request] = []
  }

  let local = LocalOrder()
  private let state = Lock(State())

  var isFull: Bool { state.withLock(\.isFull) }
  /// All requests so far.
  var submitted: [Request] { state.withLock(\.submitted) }

  func setFull(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

  func submit(_ requests: [Request]) {
    state.withLock { $0.submitted += requests }
    local.submit(requests)
  }
}
