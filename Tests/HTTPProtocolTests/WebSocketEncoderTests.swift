import Testing

@testable import HTTPProtocol

@Suite(.timeLimit(.minutes(5))) struct WebSocketEncoderTests {
  private func encoded(_ write: (inout [UInt8]) -> Void) -> [UInt8] {
    var output: [UInt8] = []
    write(&output)
    return output
  }

  /// RFC 6455 §5.7.
  @Test func examplesOfTheRFC() {
    let hello = Array("Hello".utf8)
    #expect(
      encoded { WebSocketEncoder.text(hello, into: &$0) } == [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
    #expect(
      encoded { WebSocketEncoder.ping(hello, into: &$0) } == [0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
    #expect(
      encoded { WebSocketEncoder.pong(hello, into: &$0) } == [0x8a, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
    let short = [UInt8](repeating: 97, count: 256)
    #expect(encoded { WebSocketEncoder.text(short, into: &$0) } == [0x81, 0x7e, 0x01, 0x00] + short)
    let long = [UInt8](repeating: 97, count: 65536)
    #expect(
      encoded { WebSocketEncoder.text(long, into: &$0) } == [0x81, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0] + long)
  }

  @Test func controlFramesStayWithin125Bytes() {
    let long = [UInt8](repeating: 97, count: 200)
    #expect(encoded { WebSocketEncoder.ping(long, into: &$0) } == [0x89, 125] + long.prefix(125))
    #expect(encoded { WebSocketEncoder.pong(long, into: &$0) } == [0x8a, 125] + long.prefix(125))
  }

  @Test func close() {
    #expect(encoded { WebSocketEncoder.close(.normal, into: &$0) } == [0x88, 2, 0x03, 0xe8])
    #expect(
      encoded { WebSocketEncoder.close(.tryAgainLater, "slow", into: &$0) } == [0x88, 6, 0x03, 0xf5]
        + Array("slow".utf8))
    #expect(encoded { WebSocketEncoder.close(nil, "lost", into: &$0) } == [0x88, 0])
    #expect(encoded { WebSocketEncoder.close(.init(rawValue: 1005), into: &$0) } == [0x88, 0])
  }

  @Test func aReasonIsCutBetweenCharacters() {
    for (count, character) in [(123, "a"), (122, "é"), (123, "€"), (120, "😀")] {
      let frame = encoded {
        WebSocketEncoder.close(.goingAway, String(repeating: character, count: 130), into: &$0)
      }
      #expect(Int(frame[1]) == count + 2 && frame.count == count + 4)
      #expect(String(validating: frame[4...], as: UTF8.self) != nil)
    }
    // The scalar that does not fit ends the reason, also if a later one would fit.
    let frame = encoded {
      WebSocketEncoder.close(.goingAway, String(repeating: "a", count: 122) + "éb", into: &$0)
    }
    #expect(frame.count == 4 + 122)
  }

  @Test func frameLengthWalksABuffer() {
    var output: [UInt8] = []
    var lengths: [Int] = []
    for count in [0, 1, 125, 126, 65535, 65536] {
      let before = output.count
      WebSocketEncoder.text([UInt8](repeating: 97, count: count), into: &output)
      lengths.append(output.count - before)
    }
    var position = 0
    var walked: [Int] = []
    while position < output.count,
      let length = WebSocketEncoder.frameLength(output.span.extracting(position...))
    {
      walked.append(length)
      position += length
    }
    #expect(walked == lengths && position == output.count)
  }

  @Test func frameLengthNeedsTheWholeLength() {
    #expect(frameLength([]) == nil)
    #expect(frameLength([0x81]) == nil)
    #expect(frameLength([0x81, 5]) == 7)
    #expect(frameLength([0x81, 126, 1]) == nil)
    #expect(frameLength([0x81, 126, 1, 0]) == 260)
    #expect(frameLength([0x81, 127, 0, 0, 0, 0, 0, 1, 0]) == nil)
    #expect(frameLength([0x81, 127] + [UInt8](repeating: 0xff, count: 8)) == Int.max)
  }

  private func frameLength(_ bytes: [UInt8]) -> Int? { WebSocketEncoder.frameLength(bytes.span) }
}
