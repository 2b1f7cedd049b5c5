import Testing

@testable import HTTPProtocol

/// What comes out may not depend on how the bytes are cut.
@Suite(.timeLimit(.minutes(5))) struct WebSocketCutTests {
  static let streams: [[UInt8]] = [
    clientFrame(0x81, "Hello, wörld 😀") + clientFrame(0x82, Array(0...255)) + clientFrame(0x89, "ping"),
    clientFrame(0x01, [97, 0xf0, 0x9f]) + clientFrame(0x8a, []) + clientFrame(0x00, [0x98])
      + clientFrame(0x80, [0x80])
      + clientFrame(0x88, [0x03, 0xe8, 98]),
    clientFrame(0x01, "a") + clientFrame(0x00, "") + clientFrame(0x80, [0xff, 97])
      + clientFrame(0x81, "never"),
    clientFrame(0x81, String(repeating: "ab", count: 80)) + [0x81, 0x00],
    clientFrame(0x02, [UInt8](repeating: 7, count: 200))
      + clientFrame(0x80, [UInt8](repeating: 8, count: 101)),
    clientFrame(0x88, [0x03, 0xe8]) + clientFrame(0x81, "late"), clientFrame(0x88, [0x03]),
    [0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 9], [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0],
    clientFrame(0x81, "") + clientFrame(0xc1, "x"), clientFrame(0x80, "x"), [0x81], [],
  ]

  @Test(arguments: [64 * 1024, 300, 20])
  func allCutsAgree(_ messageBytes: Int) {
    for stream in Self.streams {
      let whole = WebSocketFeed.whole(stream, messageBytes: messageBytes)
      #expect(WebSocketFeed.byteByByte(stream, messageBytes: messageBytes) == whole)
      for point in 0...stream.count {
        #expect(
          WebSocketFeed.cut(stream, at: point, messageBytes: messageBytes) == whole,
          "cut at \(point): \(stream)")
      }
    }
  }

  @Test func mutatedStreamsAgreeAndNothingTraps() {
    var numbers = FixedNumbers(state: 6455)
    var refused = 0
    for _ in 0..<6000 {
      var stream = Self.streams.randomElement(using: &numbers) ?? []
      for _ in 0..<Int.random(in: 1...3, using: &numbers) where !stream.isEmpty {
        let place = Int.random(in: 0..<stream.count, using: &numbers)
        let byte = UInt8.random(in: .min ... .max, using: &numbers)
        switch Int.random(in: 0..<3, using: &numbers) {
        case 0: stream[place] = byte
        case 1: stream.insert(byte, at: place)
        default: stream.remove(at: place)
        }
      }
      let whole = WebSocketFeed.whole(stream, messageBytes: 300)
      if case .failed = whole.last { refused += 1 }
      let point = Int.random(in: 0...stream.count, using: &numbers)
      guard WebSocketFeed.byteByByte(stream, messageBytes: 300) == whole,
        WebSocketFeed.cut(stream, at: point, messageBytes: 300) == whole
      else {
        Issue.record("cuts differ: \(stream)")
        return
      }
    }
    #expect((1000..<6000).contains(refused))
  }
}
