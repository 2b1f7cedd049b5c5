import Glibc
import Testing
import Threads

@testable import Reactor

/// Greets, and records what it hears.
private final class GreetingHandler: ConnectionHandler {
  let connection: Connection
  let recorder: LoopFixture.Recorder

  init(_ connection: Connection, _ recorder: LoopFixture.Recorder) {
    self.connection = connection
    self.recorder = recorder
    recorder.add("connected")
    connection.output.append(Array("hello\n".utf8))
  }

  func receive(_ bytes: Span<UInt8>) -> Int {
    recorder.add("heard")
    return bytes.count
  }
  func inputEnded() { connection.close() }
  func outputDrained() {}
  func outputOverflowed() {}
  func closed() { recorder.add("closed") }
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { nil }
}

@Suite(.timeLimit(.minutes(5))) struct ConnectorTests {
  /// A port of this machine that nobody listens on.
  private func unusedPort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0)[0]
    #expect(any.withSockaddr { bind(descriptor, $0, $1) } == 0)
    let bound = try #require(SocketAddress { getsockname(descriptor, $0, &$1) == 0 })
    return try #require(UInt16(bound.description.split(separator: ":")[1]))
  }

  /// A socket of the test's that listens, and its address.
  private func listener() throws -> (descriptor: Int32, address: SocketAddress) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0)[0]
    #expect(any.withSockaddr { bind(descriptor, $0, $1) } == 0)
    #expect(listen(descriptor, 1) == 0)
    return (descriptor, try #require(SocketAddress { getsockname(descriptor, $0, &$1) == 0 }))
  }

  private func start(_ addresses: [SocketAddress]) throws -> (EventLoop, LoopFixture.Recorder) {
    let (loop, recorder) = (try EventLoop(), LoopFixture.Recorder())
    try Thread.detached {
      try? loop.run { reactor in
        reactor.connect(
          toFirstOf: addresses, outputLimit: 1 << 20, failed: { recorder.add("failed: \($0.code)") },
          connected: { GreetingHandler($0, recorder) })
      }
      recorder.add("stopped")
    }
    return (loop, recorder)
  }

  private func stop(_ loop: EventLoop, _ recorder: LoopFixture.Recorder) {
    loop.stop()
    recorder.wait(for: "stopped")
  }

  @Test func aConnectionSendsHearsAndEnds() throws {
    let (descriptor, address) = try listener()
    defer { close(descriptor) }
    let (loop, recorder) = try start([address])
    let peer = accept(descriptor, nil, nil)
    recorder.wait(for: "connected")
    var bytes = [UInt8](repeating: 0, count: 6)
    #expect(recv(peer, &bytes, 6, Int32(MSG_WAITALL)) == 6)
    #expect(String(decoding: bytes, as: UTF8.self) == "hello\n")
    #expect(send(peer, bytes, 6, 0) == 6)
    recorder.wait(for: "heard")
    close(peer)
    recorder.wait(for: "closed")
    stop(loop, recorder)
  }

  @Test func aRefusalIsTold() throws {
    let nobody = try SocketAddress.resolve(host: "127.0.0.1", port: try unusedPort())
    let (loop, recorder) = try start(nobody)
    recorder.wait(for: "failed: \(ECONNREFUSED)")
    stop(loop, recorder)
  }

  @Test func theNextAddressIsTriedAfterARefusal() throws {
    let nobody = try SocketAddress.resolve(host: "127.0.0.1", port: try unusedPort())
    let (descriptor, address) = try listener()
    defer { close(descriptor) }
    let (loop, recorder) = try start(nobody + [address])
    recorder.wait(for: "connected")
    stop(loop, recorder)
  }
}
