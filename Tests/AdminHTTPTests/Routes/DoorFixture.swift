import ChatCore
import Delivery
import Glibc
import LineProtocol
import Reactor
import Threads
import Traffic

@testable import AdminHTTP

/// A door on a loop of its own with a log that does as it is told, and one connection whose other end the test holds.
final class DoorFixture: Sendable {
  let log = ScriptedLog()
  private let loop: EventLoop
  private let peer: Int32
  private let door = Lock<Confined?>(nil)

  /// A door on its way back to its own loop.
  private struct Confined: @unchecked Sendable { let door: HTTPDoor }

  init() throws {
    loop = try EventLoop()
    var ends: [Int32] = [0, 0]
    socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
    peer = ends[1]
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    let (own, loop, log) = (ends[0], self.loop, self.log)
    let bus = LocalEventBus(log: log)
    log.publish = { bus.publish($0) }
    let exchange = Exchange(loops: [loop], bus: bus)
    // An hour: its own clock does not tick during a test, however long that takes.
    let settings = HTTPSettings(
      webSocketFormat: FormatID(0), names: [], allowedOrigins: [], lineAddresses: { [] },
      tickMilliseconds: 3_600_000,
      log: LogFigures(
        batchSize: Histogram(bounds: []), commitSeconds: Histogram(bounds: []), queuedBytes: { 0 }))
    try Thread.detached {
      try? loop.run { reactor in
        let shard = exchange.attach(
          loop: 0, reactor, hub: Hub(), log: log, formats: [WebSocketFormat()], metrics: DeliveryMetrics())
        let door = HTTPDoor(shard, settings)
        self.door.withLock { $0 = Confined(door: door) }
        guard case .admitted(let limiter) = ConnectionLimiter(TrafficLimits()).admit(.other, at: 0) else {
          return
        }
        reactor.adopt(own, outputLimit: 1 << 20) { door.handler(for: $0, Throttle(limiter)) }
      }
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
    var bytes = [UInt8](repeating: 0, count: count)
    var got = 0
    while got < count {
      let read = bytes[got...].withUnsafeMutableBytes { Glibc.read(peer, $0.baseAddress, count - got) }
      if read <= 0 { return nil }
      got += read
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  func stop() {
    loop.stop()
    close(peer)
  }
}

/// Publishes what it is given at once, with the failure it was told.
final class ScriptedLog: EventLog {
  struct State: Sendable {
    var isFull = false
    var isHealthy = true
    var failure: LogError?
    var lastID: Int64 = 0
  }

  let state = Lock(State())
  nonisolated(unsafe) var publish: (@Sendable (Batch) -> Void)?

  var isFull: Bool { state.withLock(\.isFull) }
  var isHealthy: Bool { state.withLock(\.isHealthy) }
  var lastID: Int64 { state.withLock(\.lastID) }

  func append(_ events: [Event]) {
    if events.isEmpty { return }
    var events = events
    for index in events.indices {
      guard case .message(let room, var message) = events[index].change else { continue }
      events[index].failure = state.withLock(\.failure)
      message.id = state.withLock { state in
        state.lastID += 1
        return state.lastID
      }
      events[index].change = .message(room, message)
    }
    publish?(Batch(events: events))
  }

  func read(
    _ query: HistoryQuery, completion: @escaping @Sendable (Result<HistoryPage, LogError>) -> Void
  ) {
    completion(.failure(.unreadable(reason: "scripted")))
  }
}
