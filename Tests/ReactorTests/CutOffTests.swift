import CLinux
import Glibc
import Testing

@testable import Reactor

/// Connections over socket pairs with small buffers, whose turns the test makes itself: shown runs together,
/// and things of their own, and cut off at any time. What each was told to have missed is compared with what
/// its peer has read.
@Suite(.timeLimit(.minutes(5))) struct CutOffTests {
  /// Random numbers that are the same for the same seed: an LCG (Knuth, "The Art of Computer Programming",
  /// volume 2, §3.3.4).
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 33)
    }
  }

  private final class Peer: ConnectionHandler {
    static let live = OutputLane(0)
    static let replay = OutputLane(1)
    static let farewell = "cut\n"

    let connection: Connection
    let descriptor: Int32
    /// What it was to be shown, by lane: the values, in order.
    var appended: [OutputLane: [Int64]] = [:]
    var received: [UInt8] = []
    var dropped: DroppedMarks?

    init(_ connection: Connection, peer descriptor: Int32) {
      self.connection = connection
      self.descriptor = descriptor
    }

    func cutOff() {
      connection.cutOff { dropped in
        self.dropped = dropped
        return Array(Self.farewell.utf8)
      }
    }

    func read(_ count: Int) {
      var bytes = [UInt8](repeating: 0, count: count)
      let got = Glibc.recv(descriptor, &bytes, count, Int32(MSG_DONTWAIT))
      if got > 0 { received += bytes[..<got] }
    }

    func outputOverflowed() { cutOff() }
    func receive(_ bytes: Span<UInt8>) -> Int { bytes.count }
    func inputEnded() {}
    func outputDrained() {}
    func closed() {}
    func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? { bytes.firstIndex(of: 0x0A).map { $0 + 1 } }
  }

  private struct Chat {
    let reactor: Reactor
    var peers: [Peer] = []
    var random: Generator
    var last: Int64 = 0
    /// What a replay shows is older.
    var lastOld: Int64 = 0

    init(seed: UInt64, outputLimit: Int, memory: Int) throws {
      random = Generator(state: seed)
      reactor = try Reactor(wakeDescriptor: eventfd(0, 0), memory: MemoryShare(limit: memory))
      for _ in 0..<6 {
        var ends: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        var size: Int32 = 2048
        setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, 4)
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let descriptor = ends[1]
        var made: Peer?
        reactor.adopt(ends[0], outputLimit: outputLimit) { connection in
          let peer = Peer(connection, peer: descriptor)
          made = peer
          return peer
        }
        if let made { peers.append(made) }
      }
    }

    /// One or two lines that say to which lane and value they belong, and whether another one does.
    mutating func text(_ lane: Int, _ value: Int64) -> [UInt8] {
      let rest = String(repeating: "x", count: Int.random(in: 0...200, using: &random))
      let last = "\(lane) \(value) last \(rest)\n"
      return Array((Bool.random(using: &random) ? last : "\(lane) \(value) more \(rest)\n" + last).utf8)
    }

    /// A run for all, of which the senders are given what comes before their own messages, and then an
    /// acknowledgement.
    mutating func showRun() {
      var run = MarkedBytes()
      var given: [(peer: Peer, through: Int)] = []
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        last += 1
        let text = text(0, last)
        if Int.random(in: 0..<3, using: &random) == 0, let sender = peers.randomElement(using: &random) {
          let index = given.firstIndex { $0.peer === sender }
          sender.connection.output.append(run, from: index.map { given[$0].through } ?? 0)
          run.append(OutputMark(Peer.live, last)) { $0 += text }
          if let index {
            given[index].through = run.bytes.count
          } else {
            given.append((sender, run.bytes.count))
          }
          sender.connection.output.append(text, mark: OutputMark(Peer.live, last))
        } else {
          run.append(OutputMark(Peer.live, last)) { $0 += text }
        }
        for peer in peers { peer.appended[Peer.live, default: []].append(last) }
      }
      reactor.append(
        run, to: peers.map(\.connection.output), except: given.map(\.peer.connection.output))
      for (peer, through) in given { peer.connection.output.append(run, from: through) }
    }

    mutating func showOld() {
      guard let peer = peers.randomElement(using: &random) else { return }
      lastOld += 1
      peer.connection.output.append(text(1, lastOld), mark: OutputMark(Peer.replay, lastOld))
      peer.appended[Peer.replay, default: []].append(lastOld)
    }

    mutating func step() {
      switch Int.random(in: 0..<6, using: &random) {
      case 0, 1: showRun()
      case 2: showOld()
      case 3: peers.randomElement(using: &random)?.connection.output.append(Array("unmarked\n".utf8))
      case 4: peers.randomElement(using: &random)?.read(Int.random(in: 1...5_000, using: &random))
      default: turn()
      }
      // Who is cut off is shown nothing more.
      peers.removeAll { !$0.connection.isOpen }
    }

    func turn() {
      reactor.finishTurn()
      for peer in peers where peer.connection.output.pendingBytes > 0 { peer.connection.ready(EVENT_OUT) }
    }
  }

  @Test(arguments: 0..<60) func whoIsCutOffIsToldTheFirstItMisses(seed: UInt64) throws {
    var chat = try Chat(
      seed: seed, outputLimit: seed % 3 == 0 ? 8_192 : 1 << 20, memory: seed % 3 == 1 ? 32_768 : 1 << 30)
    let peers = chat.peers
    for _ in 0..<300 { chat.step() }
    for peer in peers where peer.connection.isOpen { peer.cutOff() }
    while let peer = peers.first(where: { !$0.received.suffix(4).elementsEqual(Peer.farewell.utf8) }) {
      chat.reactor.finishTurn()
      if peer.connection.output.pendingBytes > 0 { peer.connection.ready(EVENT_OUT) }
      peer.read(1 << 16)
    }
    for peer in peers {
      let dropped = try #require(peer.dropped)
      #expect(peer.received.filter { $0 == 0x0A }.count > 0)
      for (number, lane) in [Peer.live, Peer.replay].enumerated() {
        let appended = peer.appended[lane] ?? []
        let missed = dropped.first(of: lane)
        let shown = appended.prefix { missed == nil || $0 < missed ?? 0 }
        if missed != nil { #expect(shown.count < appended.count) }
        #expect(whole(peer.received, lane: number) == Array(shown))
      }
      close(peer.descriptor)
    }
  }

  /// What was appended in the turn of the end was offered to nobody yet: its reader is not slow.
  @Test func whatIsNewAndWillBeTakenIsSentBeforeTheEnd() throws {
    var chat = try Chat(seed: 0, outputLimit: 8_192, memory: 1 << 30)
    chat.showRun()
    chat.showOld()
    for peer in chat.peers {
      peer.cutOff()
      #expect(peer.dropped?.first(of: Peer.live) == nil)
      #expect(peer.dropped?.first(of: Peer.replay) == nil)
    }
    chat.reactor.finishTurn()
    for peer in chat.peers {
      peer.read(1 << 16)
      #expect(whole(peer.received, lane: 0) == peer.appended[Peer.live])
      #expect(whole(peer.received, lane: 1) == peer.appended[Peer.replay] ?? [])
      #expect(String(decoding: peer.received, as: UTF8.self).hasSuffix(Peer.farewell))
      close(peer.descriptor)
    }
  }

  /// Its handler ends it before it could be told that it is slow: of what is dropped it is told all the same.
  @Test(arguments: [(8_192, 1 << 30), (1 << 20, 32_768)])
  func whoEndsAfterAnOverflowIsToldWhatItMisses(outputLimit: Int, memory: Int) throws {
    var chat = try Chat(seed: 1, outputLimit: outputLimit, memory: memory)
    while !chat.peers.contains(where: \.connection.output.isOverflowed) { chat.showRun() }
    let ended = chat.peers.filter(\.connection.output.isOverflowed)
    for peer in ended { peer.connection.finish() }
    for peer in ended {
      let missed = try #require(peer.dropped?.first(of: Peer.live))
      while !String(decoding: peer.received, as: UTF8.self).hasSuffix(Peer.farewell) {
        chat.reactor.finishTurn()
        if peer.connection.output.pendingBytes > 0 { peer.connection.ready(EVENT_OUT) }
        peer.read(1 << 16)
      }
      #expect(whole(peer.received, lane: 0) == Array(1..<missed))
    }
    for peer in chat.peers { close(peer.descriptor) }
  }

  /// The values of a lane of which all lines have come.
  private func whole(_ received: [UInt8], lane: Int) -> [Int64] {
    received.split(separator: 0x0A).compactMap { line in
      let fields = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
      return fields.count >= 3 && fields[0] == "\(lane)" && fields[2] == "last" ? Int64(fields[1]) : nil
    }
  }
}
