import Glibc
import TestSupport
import Testing
import Threads

@testable import Reactor

/// Lines are answered by themselves; some have a meaning.
private final class EchoHandler: ConnectionHandler {
  let connection: Connection
  let recorder: LoopFixture.Recorder

  init(_ connection: Connection, _ recorder: LoopFixture.Recorder) {
    self.connection = connection
    self.recorder = recorder
  }

  func receive(_ bytes: Span<UInt8>) -> Int {
    var consumed = 0
    let all = bytes.withUnsafeBufferPointer { Array($0) }
    while let end = all[consumed...].firstIndex(of: 0x0A) {
      let line = String(decoding: all[consumed..<end], as: UTF8.self)
      consumed = end + 1
      switch line {
      case "pause":
        connection.pauseInput()
        recorder.add("paused")
        return consumed
      case "finish":
        connection.output.append(Array("bye\n".utf8))
        connection.finish()
        return consumed
      case "flood":
        // More than any socket buffer holds.
        for number in 0..<100_000 {
          connection.output.append(Array("line \(number)\n".utf8), mark: OutputMark(Self.lane, Int64(number)))
        }
      case "share":
        // Shared bytes, more than a socket takes at once, and own bytes behind them.
        let lines = Self.lines(50_000)
        connection.reactor.append(lines, to: [connection.output], except: [])
        var other = MarkedBytes()
        other.append(nil) { $0 += Array("except\n".utf8) }
        connection.reactor.append(other, to: [connection.output], except: [connection.output])
        connection.output.append(Array("own\n".utf8))
        connection.reactor.append(lines, to: [connection.output], except: [])
      case "share once":
        connection.reactor.append(Self.lines(400_000), to: [connection.output], except: [])
      case "drain":
        connection.output.append([UInt8](repeating: 0x78, count: 1 << 22) + [0x0A])
        connection.notifyWhenDrained()
      default: connection.output.append(Array((line + "\n").utf8))
      }
    }
    return consumed
  }

  func inputEnded() {
    recorder.add("ended")
    connection.output.append(Array("end\n".utf8))
    connection.finish()
  }

  func outputDrained() { recorder.add("drained") }

  func outputOverflowed() {
    if connection.isEvicted { recorder.add("evicted") }
    recorder.add("overflowed")
    connection.cutOff { dropped in
      if let first = dropped.first(of: Self.lane) { recorder.add("dropped from line \(first)") }
      return Array("cut\n".utf8)
    }
  }

  private static let lane = OutputLane(0)

  private static func lines(_ count: Int) -> MarkedBytes {
    var lines = MarkedBytes()
    for number in 0..<count {
      lines.append(OutputMark(lane, Int64(number))) { $0 += Array("line \(number)\n".utf8) }
    }
    return lines
  }

  func closed() {
    recorder.add("closed")
    connection.output.append(Array("too late\n".utf8))
    recorder.add("pending \(connection.output.pendingBytes)")
  }

  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { bytes.firstIndex(of: 0x0A).map { $0 + 1 } }
}

/// Takes one unit at a time, and the next when the answer to it has drained.
private final class UnhurriedHandler: ConnectionHandler {
  static let unit = 4096
  let connection: Connection
  let recorder: LoopFixture.Recorder

  init(_ connection: Connection, _ recorder: LoopFixture.Recorder) {
    self.connection = connection
    self.recorder = recorder
  }

  func receive(_ bytes: Span<UInt8>) -> Int {
    if bytes.count < Self.unit { return 0 }
    if bytes.count > 128 * 1024 { recorder.add("hoards") }
    connection.pauseInput()
    connection.output.append([0x2E])
    connection.notifyWhenDrained()
    return Self.unit
  }

  func outputDrained() { connection.resumeInput() }
  func inputEnded() { connection.finish() }
  func outputOverflowed() {}
  func closed() { recorder.add("closed") }
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { 1 }
}

/// In each of many turns shows something to many, and has more to send as soon as its output has drained.
private final class RestlessHandler: ConnectionHandler {
  static let turns = 100
  let connection: Connection
  let recorder: LoopFixture.Recorder
  private var turn = 0

  init(_ connection: Connection, _ recorder: LoopFixture.Recorder) {
    self.connection = connection
    self.recorder = recorder
  }

  func outputDrained() {
    turn += 1
    if connection.reactor.outputs.arena.size > 1 << 20 { recorder.add("hoards") }
    if turn > Self.turns { return connection.finish() }
    let output = connection.output
    var bytes = MarkedBytes()
    bytes.append(OutputMark(OutputLane(0), Int64(turn))) { $0 += [UInt8](repeating: 0x78, count: 65_536) }
    connection.reactor.append(bytes, to: [output], except: [output])
    output.append([0x2E])
    connection.notifyWhenDrained()
  }

  func receive(_ bytes: Span<UInt8>) -> Int {
    connection.notifyWhenDrained()
    return bytes.count
  }

  func inputEnded() { connection.finish() }
  func outputOverflowed() {}
  func closed() { recorder.add("closed") }
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { 1 }
}

@Suite(.timeLimit(.minutes(5))) struct ConnectionTests {
  private func fixture(outputLimit: Int = 1 << 23) throws -> LoopFixture {
    try LoopFixture(outputLimit: outputLimit) { EchoHandler($0, $1) }
  }

  @Test func keepsWhatIsNotConsumedUntilMoreComes() throws {
    let fixture = try fixture()
    for byte in "hello\nworld\n" { fixture.write(String(byte)) }
    #expect(fixture.read(12) == "hello\nworld\n")
    fixture.stop()
  }

  @Test func offersNothingWhilePausedAndEverythingAfter() async throws {
    let fixture = try fixture()
    fixture.write("pause\na\n")
    fixture.recorder.wait(for: "paused")
    fixture.write("b\n")
    // Resumed from the loop itself, as an outcome would.
    await fixture.loop.perform { reactor in
      for connection in reactor.connections { connection.resumeInput() }
    }
    #expect(fixture.read(4) == "a\nb\n")
    fixture.stop()
  }

  @Test func leavesInTheKernelWhatTheHandlerIsNotReadyFor() throws {
    let fixture = try LoopFixture { UnhurriedHandler($0, $1) }
    let units = 2_000
    let peer = fixture.peer
    let written = Semaphore()
    try Thread.detached {
      let bytes = [UInt8](repeating: 0x78, count: UnhurriedHandler.unit)
      for _ in 0..<units { #expect(Glibc.write(peer, bytes, bytes.count) == bytes.count) }
      written.signal()
    }
    #expect(fixture.read(units).utf8.count == units)
    written.wait()
    #expect(!fixture.recorder.has("hoards"))
    fixture.stop()
  }

  @Test func sharedBytesAreGivenBackHoweverBusyTheOutputsAre() throws {
    let fixture = try LoopFixture { RestlessHandler($0, $1) }
    fixture.write("go")
    #expect(fixture.read(1_000).utf8.count == RestlessHandler.turns)
    #expect(!fixture.recorder.has("hoards"))
    fixture.stop()
  }

  @Test func processesAllInputBeforeTheEndOfIt() throws {
    let fixture = try fixture()
    fixture.write("one\ntwo\nhalf")
    shutdown(fixture.peer, Int32(SHUT_WR))
    #expect(fixture.read(100) == "one\ntwo\nend\n")
    fixture.recorder.wait(for: "closed")
    fixture.stop()
  }

  @Test func finishSendsWhatWasAppendedAndClosesWhenThePeerDoes() throws {
    let fixture = try fixture()
    fixture.write("finish\nignored\n")
    #expect(fixture.read(100) == "bye\n")
    shutdown(fixture.peer, Int32(SHUT_WR))
    fixture.recorder.wait(for: "closed")
    fixture.stop()
  }

  @Test func tellsWhenTheOutputHasDrained() throws {
    let fixture = try fixture()
    fixture.write("drain\n")
    #expect(fixture.read(1 << 22).count == 1 << 22)
    fixture.recorder.wait(for: "drained")
    fixture.stop()
  }

  @Test func aReaderThatDoesNotReadIsCutOffBetweenLines() throws {
    let fixture = try fixture(outputLimit: 65_536)
    fixture.write("flood\n")
    fixture.recorder.wait(for: "overflowed")
    let lines = fixture.read(1 << 24).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.last == "")
    #expect(lines.dropLast().last == "cut")
    for (number, line) in lines.dropLast(2).enumerated() { #expect(line == "line \(number)") }
    fixture.recorder.wait(for: "dropped from line \(lines.count - 2)")
    fixture.stop()
  }

  @Test func sharedBytesArriveInTheirPlace() throws {
    let fixture = try fixture()
    let lines = (0..<50_000).map { "line \($0)\n" }.joined()
    fixture.write("share\n")
    let expected = lines + "own\n" + lines
    #expect(fixture.read(expected.utf8.count) == expected)
    fixture.stop()
  }

  @Test func whatTheKernelDoesNotTakeOfSharedBytesIsKept() throws {
    let fixture = try fixture()
    let lines = (0..<400_000).map { "line \($0)\n" }.joined()
    fixture.write("share once\nlater\n")
    #expect(fixture.read(lines.utf8.count + 6) == lines + "later\n")
    fixture.stop()
  }

  @Test func aPeerThatResetsIsForgotten() throws {
    let fixture = try fixture()
    fixture.write("x\n")
    close(fixture.peer)
    fixture.recorder.wait(for: "closed")
    fixture.loop.stop()
    fixture.recorder.wait(for: "stopped")
  }

  /// The descriptor may be another connection's by now.
  @Test func nothingIsTakenForAClosedConnection() throws {
    let fixture = try fixture()
    fixture.write("finish\n")
    #expect(fixture.read(100) == "bye\n")
    shutdown(fixture.peer, Int32(SHUT_WR))
    fixture.recorder.wait(for: "closed")
    fixture.loop.stop()
    #expect(fixture.recorder.wait(for: "stopped").contains("pending 0"))
    close(fixture.peer)
  }

  // MARK: What all may hold together

  @Test func whoHoldsTooMuchOutputGoesThoughItsOwnBoundIsWider() throws {
    let use = MemoryUse()
    let fixture = try LoopFixture(outputLimit: 1 << 30, memory: MemoryShare(limit: 1 << 18, use: use)) {
      EchoHandler($0, $1)
    }
    fixture.write("flood\n")
    fixture.recorder.wait(for: "evicted")
    fixture.recorder.wait(for: "overflowed")
    // Whole lines, in order, then the last words.
    let lines = fixture.read(1 << 24).split(separator: "\n")
    #expect(lines.last == "cut")
    shutdown(fixture.peer, Int32(SHUT_WR))
    for (number, line) in lines.dropLast().enumerated() { #expect(line == "line \(number)") }
    fixture.recorder.wait(for: "dropped from line \(lines.count - 1)")
    fixture.recorder.wait(for: "closed")
    fixture.stop()
    #expect(use.evictions == 1)
    #expect(use.held == 0)
  }

  @Test func whoHoldsTooMuchInputGoes() throws {
    let use = MemoryUse()
    let fixture = try LoopFixture(memory: MemoryShare(limit: 1 << 18, use: use)) { EchoHandler($0, $1) }
    let half = String(repeating: "x", count: 1 << 14)
    for _ in 0..<16 { fixture.write(half) }
    #expect(!fixture.recorder.has("evicted"))
    fixture.write(half)
    fixture.recorder.wait(for: "overflowed")
    #expect(fixture.read(1 << 10) == "cut\n")
    shutdown(fixture.peer, Int32(SHUT_WR))
    fixture.recorder.wait(for: "closed")
    fixture.stop()
    #expect(use.evictions == 1)
    #expect(use.held == 0)
  }

  @Test func whatWasTakenCountsNoMore() throws {
    let use = MemoryUse()
    let fixture = try LoopFixture(memory: MemoryShare(limit: 1 << 18, use: use)) { EchoHandler($0, $1) }
    let line = String(repeating: "x", count: 1 << 14) + "\n"
    for _ in 0..<100 {
      fixture.write(line)
      #expect(fixture.read(line.utf8.count) == line)
    }
    fixture.stop()
    #expect(use.evictions == 0)
    #expect(use.held == 0)
  }
}

extension Reactor {
  fileprivate var connections: [Connection] { allSources.compactMap { $0 as? Connection } }
}
