import Glibc
import TestSupport
import Testing
import Threads

@testable import Reactor

/// A listener lives through whatever accept(2) says, and goes on accepting.
@Suite(.timeLimit(.minutes(5))) struct ListenerTests {
  /// A loop with a listener whose accept fails with `code` for so many times before the kernel is asked.
  private final class Fixture: Sendable {
    let loop: EventLoop
    let recorder = LoopFixture.Recorder()
    private let kept = Lock<(listener: Confined, port: UInt16)?>(nil)
    private let failures: Lock<Int>

    private struct Confined: @unchecked Sendable { let listener: Listener }

    init(_ code: Int32, times: Int) throws {
      loop = try EventLoop()
      failures = Lock(times)
      let started = Semaphore()
      let address = try SocketAddress.resolve(host: "127.0.0.1", port: 0)[0]
      try Thread.detached { [self] in
        try? loop.run { reactor in
          let socket = try ListeningSocket(on: address)
          let listener = try Listener(
            on: socket, reactor: reactor,
            accept: { descriptor, address, length in
              if self.fails() {
                errno = code
                return -1
              }
              return Listener.acceptFromKernel(descriptor, address, &length)
            },
            failed: { self.recorder.add("failed \($0.code)") },
            accepted: { descriptor, _ in
              Glibc.close(descriptor)
              self.recorder.add("accepted")
            })
          let port = socket.address.withSockaddr { address, _ in
            UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).sin_port.byteSwapped
          }
          kept.withLock { $0 = (Confined(listener: listener), port) }
          started.signal()
        }
        recorder.add("stopped")
      }
      started.wait()
    }

    private func fails() -> Bool {
      failures.withLock { left in
        if left == 0 { return false }
        left -= 1
        return true
      }
    }

    /// Connects, waits until the listener has taken the connection, and gives back what was recorded until
    /// then.
    func connectAndWait() throws -> [String] {
      let port = try #require(kept.withLock { $0?.port })
      let address = try SocketAddress.resolve(host: "127.0.0.1", port: port)[0]
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      #expect(address.withSockaddr { connect(descriptor, $0, $1) } == 0)
      return recorder.wait(for: "accepted").dropLast()
    }

    func stop() async {
      await loop.perform { [self] _ in kept.withLock { $0?.listener.listener.close() } }
      loop.stop()
      recorder.wait(for: "stopped")
    }
  }

  @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM, EPERM])
  func aShortageIsToldAndOutlived(code: Int32) async throws {
    let fixture = try Fixture(code, times: 2)
    // Each time the listener rests, and tries again.
    #expect(try fixture.connectAndWait() == ["failed \(code)", "failed \(code)"])
    #expect(try fixture.connectAndWait() == [])
    await fixture.stop()
  }

  @Test(arguments: [ECONNABORTED, EINTR, EPROTO])
  func aConnectionThatIsLostIsPassedOver(code: Int32) async throws {
    let fixture = try Fixture(code, times: 3)
    #expect(try fixture.connectAndWait() == [])
    #expect(try fixture.connectAndWait() == [])
    await fixture.stop()
  }
}
