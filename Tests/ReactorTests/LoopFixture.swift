import CLinux
import Glibc
import TestSupport
import Testing
import Threads

@testable import Reactor

/// A loop on a thread of its own, and one connection of it whose other end the test holds.
final class LoopFixture: Sendable {
  let loop: EventLoop
  let peer: Int32
  let recorder: Recorder

  /// What the handler was told, for the test to wait for.
  final class Recorder: Sendable {
    private let events = Lock<[String]>([])
    private let added = Semaphore()

    func add(_ event: String) {
      events.withLock { $0.append(event) }
      added.signal()
    }

    func has(_ event: String) -> Bool { events.withLock { $0.contains(event) } }

    /// Waits until `event` was recorded, and forgets everything up to it, which is given back.
    @discardableResult func wait(for event: String) -> [String] {
      while true {
        let found = events.withLock { events in
          events.firstIndex(of: event).map { index in
            defer { events.removeSubrange(...index) }
            return Array(events[...index])
          }
        }
        if let found { return found }
        added.wait()
      }
    }
  }

  init(
    outputLimit: Int = 1 << 20, memory: MemoryShare = MemoryShare(),
    handler: @escaping @Sendable (Connection, Recorder) -> any ConnectionHandler
  ) throws {
    loop = try EventLoop(memory: memory)
    recorder = Recorder()
    var ends: [Int32] = [0, 0]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    peer = ends[1]
    let (own, loop, recorder) = (ends[0], self.loop, self.recorder)
    #expect(fcntl(own, F_SETFL, O_NONBLOCK) == 0)
    let started = Semaphore()
    try Thread.detached {
      try? loop.run { reactor in
        reactor.adopt(own, outputLimit: outputLimit) { handler($0, recorder) }
        started.signal()
      }
      recorder.add("stopped")
    }
    started.wait()
  }

  func write(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(Glibc.write(peer, bytes, bytes.count) == bytes.count)
  }

  /// Reads `count` bytes, or what there is before the end.
  func read(_ count: Int) -> String {
    var bytes = [UInt8](repeating: 0, count: count)
    var got = 0
    while got < count {
      let read = bytes[got...].withUnsafeMutableBytes { Glibc.read(peer, $0.baseAddress, count - got) }
      if read <= 0 { break }
      got += read
    }
    return String(decoding: bytes[..<got], as: UTF8.self)
  }

  func stop() {
    loop.stop()
    recorder.wait(for: "stopped")
    close(peer)
  }
}
