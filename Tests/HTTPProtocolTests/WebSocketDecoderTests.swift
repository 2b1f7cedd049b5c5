import Testing

@testable import HTTPProtocol

@Suite(.timeLimit(.minutes(5))) struct WebSocketDecoderTests {
  /// The code with which `bytes` are refused, if that is the only event.
  private func refusal(_ bytes: [UInt8], messageBytes: Int = 64 * 1024) -> WebSocketCloseCode? {
    let events = WebSocketFeed.whole(bytes, messageBytes: messageBytes)
    guard events.count == 1, case .failed(let code, let reason) = events[0], !reason.isEmpty else {
      return nil
    }
    return code
  }

  /// RFC 6455 §5.7; its unmasked frames are the server's (WebSocketEncoderTests).
  @Test func examplesOfTheRFC() {
    #expect(
      WebSocketFeed.whole([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58])
        == [.text("Hello")])
    #expect(
      WebSocketFeed.whole([0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58])
        == [.pong(Array("Hello".utf8))])
  }

  @Test func messagesOfEveryLength() {
    var numbers = FixedNumbers(state: 6455)
    for length in Array(0...40) + [124, 125, 126, 127, 128, 1000, 65534, 65535, 65536] {
      let payload = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &numbers) }
      #expect(WebSocketFeed.whole(clientFrame(0x82, payload)) == [.binary(payload)])
      let text = String(repeating: "a", count: length)
      #expect(WebSocketFeed.whole(clientFrame(0x81, text)) == [.text(text)])
    }
  }

  @Test func fragmentsAndControlFramesBetweenThem() {
    let bytes =
      clientFrame(0x01, "Hel") + clientFrame(0x89, "p") + clientFrame(0x00, "") + clientFrame(0x8a, "q")
      + clientFrame(0x00, "l") + clientFrame(0x80, "o") + clientFrame(0x02, [1]) + clientFrame(0x80, [0xff])
    #expect(
      WebSocketFeed.whole(bytes)
        == [.ping([112]), .pong([113]), .text("Hello"), .binary([1, 0xff])])
  }

  @Test func aCloseBetweenFragmentsEndsEverything() {
    let bytes = clientFrame(0x01, "a") + clientFrame(0x88, [0x03, 0xe8]) + clientFrame(0x80, "b")
    #expect(WebSocketFeed.whole(bytes) == [.close(.normal, reason: "")])
  }

  @Test func refusesAFrameWithoutAMask() {
    #expect(refusal([0x81, 0x05] + Array("Hello".utf8)) == .protocolError)
    #expect(refusal([0x89, 0x00]) == .protocolError)
  }

  @Test func refusesReservedBitsAndOpcodes() {
    for bit: UInt8 in [0x40, 0x20, 0x10, 0x70] {
      #expect(refusal(clientFrame(0x81 | bit, "a")) == .protocolError)
      #expect(refusal(clientFrame(0x89 | bit, "a")) == .protocolError)
    }
    for opcode: UInt8 in [3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf] {
      #expect(refusal(clientFrame(0x80 | opcode, "a")) == .protocolError)
    }
  }

  @Test func refusesControlFramesThatAreLongOrFragmented() {
    for opcode: UInt8 in [0x8, 0x9, 0xa] {
      #expect(refusal(clientFrame(opcode, [])) == .protocolError)
      #expect(refusal(clientFrame(0x80 | opcode, [UInt8](repeating: 97, count: 126))) == .protocolError)
      // Refused by its first two bytes.
      #expect(refusal([0x80 | opcode, 0xff]) == .protocolError)
    }
    let longest = [UInt8](repeating: 97, count: 125)
    #expect(WebSocketFeed.whole(clientFrame(0x89, longest)) == [.ping(longest)])
  }

  @Test func refusesFragmentsOutOfOrder() {
    #expect(refusal(clientFrame(0x80, "a")) == .protocolError)
    #expect(refusal(clientFrame(0x00, "a")) == .protocolError)
    #expect(refusal(clientFrame(0x01, "a") + clientFrame(0x81, "b")) == .protocolError)
    #expect(refusal(clientFrame(0x02, "a") + clientFrame(0x01, "b")) == .protocolError)
    #expect(
      WebSocketFeed.whole(clientFrame(0x81, "a") + clientFrame(0x80, "b")).map { $0 == .text("a") }
        == [true, false])
  }

  @Test func refusesLengthsThatAreNotTheShortest() {
    let mask: [UInt8] = [0, 0, 0, 0]
    #expect(refusal([0x82, 0xfe, 0, 125] + mask) == .protocolError)
    #expect(refusal([0x82, 0xfe, 0, 0] + mask) == .protocolError)
    #expect(refusal([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff] + mask) == .protocolError)
    #expect(refusal([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 1] + mask) == .protocolError)
    #expect(refusal([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0] + mask) == .protocolError)
    #expect(refusal([0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff] + mask) == .protocolError)
    #expect(refusal([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff] + mask) == .messageTooBig)
  }

  @Test func refusesALongMessageByItsHeader() {
    // Neither mask nor payload has come.
    #expect(refusal([0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 1]) == .messageTooBig)
    #expect(refusal([0x81, 0xfe, 0x01, 0x00], messageBytes: 255) == .messageTooBig)
    #expect(refusal(clientFrame(0x81, "abcd"), messageBytes: 3) == .messageTooBig)
    #expect(refusal(clientFrame(0x01, "ab") + clientFrame(0x00, "cd"), messageBytes: 3) == .messageTooBig)
    #expect(
      WebSocketFeed.whole(clientFrame(0x01, "ab") + clientFrame(0x80, "c"), messageBytes: 3) == [.text("abc")]
    )
    // A control frame between fragments does not count.
    let mixed = clientFrame(0x01, "ab") + clientFrame(0x89, "12345") + clientFrame(0x80, "c")
    #expect(
      WebSocketFeed.whole(mixed, messageBytes: 3) == [.ping(Array("12345".utf8)), .text("abc")])
    // Nor does the message before.
    #expect(
      WebSocketFeed.whole(clientFrame(0x81, "abc") + clientFrame(0x81, "abc"), messageBytes: 3).count == 2)
  }

  @Test func refusesTextThatIsNotUTF8() {
    for bad: [UInt8] in [
      [0x80], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff], [97, 0xc3], [0xe2, 0x82],
    ] {
      #expect(refusal(clientFrame(0x81, bad)) == .invalidPayload)
      #expect(WebSocketFeed.whole(clientFrame(0x82, bad)) == [.binary(bad)])
    }
    // Valid before and after in one message, cut within a character.
    let euro = clientFrame(0x01, [0xe2, 0x82]) + clientFrame(0x89, [0xff]) + clientFrame(0x80, [0xac])
    #expect(WebSocketFeed.whole(euro) == [.ping([0xff]), .text("€")])
    #expect(refusal(clientFrame(0x01, [0xe2, 0x82]) + clientFrame(0x80, [97])) == .invalidPayload)
    #expect(refusal(clientFrame(0x01, [0xe2, 0x82]) + clientFrame(0x80, [])) == .invalidPayload)
    // The next message starts anew.
    #expect(
      WebSocketFeed.whole(euro + clientFrame(0x81, [0xac])).last
        == .failed(.invalidPayload, reason: "text is not UTF-8"))
  }

  @Test func textIsRefusedBeforeItIsComplete() {
    let frame = clientFrame(0x01, [97, 0xff] + [UInt8](repeating: 98, count: 1000))
    #expect(refusal(Array(frame[..<10])) == .invalidPayload)
    #expect(refusal(Array(frame[..<9])) == nil)
  }

  @Test func closeCodes() {
    func close(_ code: Int) -> [WebSocketDecoder.Event] {
      WebSocketFeed.whole(clientFrame(0x88, [UInt8(code >> 8), UInt8(code & 0xff)]))
    }
    let good = Array(1000...1003) + Array(1007...1014) + [3000, 3999, 4000, 4999]
    for code in good { #expect(close(code) == [.close(.init(rawValue: UInt16(code)), reason: "")]) }
    for code in [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] {
      #expect(close(code) == [.failed(.protocolError, reason: "close code \(code)")])
    }
  }

  @Test func closePayloads() {
    #expect(WebSocketFeed.whole(clientFrame(0x88, [])) == [.close(nil, reason: "")])
    #expect(refusal(clientFrame(0x88, [3])) == .protocolError)
    #expect(
      WebSocketFeed.whole(clientFrame(0x88, [0x03, 0xe9] + "tschüs".utf8)) == [
        .close(.goingAway, reason: "tschüs")
      ])
    #expect(refusal(clientFrame(0x88, [0x03, 0xe8, 0xc3])) == .invalidPayload)
  }

  @Test func nothingIsReadAfterTheEnd() {
    for end in [clientFrame(0x88, []), clientFrame(0x83, "x")] {
      var feed = WebSocketFeed()
      feed.receive(end + clientFrame(0x81, "a"))
      feed.receive(clientFrame(0x81, "b"))
      #expect(feed.events.count == 1 && feed.rest.isEmpty)
    }
  }
}
