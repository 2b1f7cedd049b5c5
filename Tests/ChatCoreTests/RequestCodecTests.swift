import ChatTestSupport
import LineProtocol
import Testing

@testable import ChatCore

/// The argument of a test that fails is the seed that it fails for.
@Suite(.timeLimit(.minutes(5))) struct RequestCodecTests {
  private static let seeds: Range<UInt64> = 0..<8

  private func samples(_ seed: UInt64, _ count: Int = 60) throws -> [Request] {
    var random = try RandomRequests(seed: seed)
    return random.next(count)
  }

  /// Whatever decodes says what its bytes say.
  private func check(_ bytes: [UInt8]) {
    guard let request = try? Request(encoded: bytes) else { return }
    #expect(request.encoded == bytes)
  }

  @Test func theFormIsPinned() throws {
    let session = SessionID(node: 1, loop: 2, incarnation: 3, serial: 4)
    let prefix: [UInt8] = [1, 1, 0, 2, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]
    let join = Request(session, .join(try RoomName("#A"), after: 258))
    #expect(join.encoded == prefix + [3, 1, 0, 0x41, 1, 2, 1, 0, 0, 0, 0, 0, 0])
    let text = try MessageText("\u{FC}")
    let post = Request(
      session, .post(try RoomName("a"), text, as: try Nick("b"), .ai, once: try MessageReference("r")))
    #expect(post.encoded == prefix + [6, 1, 0, 0x61, 2, 0, 0xC3, 0xBC, 1, 0, 0x62, 1, 1, 1, 0, 0x72])
    #expect(Request(session, .end(reason: "")).encoded == prefix + [8, 0, 0])
  }

  @Test(arguments: seeds) func whatIsWrittenIsRead(_ seed: UInt64) throws {
    for request in try samples(seed) {
      let read = try Request(encoded: request.encoded)
      #expect(read == request && read.encoded == request.encoded)
    }
  }

  @Test(arguments: seeds) func cutBytesAreRefusedAndSoAreMore(_ seed: UInt64) throws {
    for bytes in try samples(seed).map(\.encoded) {
      for length in 0..<bytes.count {
        #expect(throws: CodecError.self) { try Request(encoded: Array(bytes[..<length])) }
      }
      let error = CodecError("there are more bytes than there should be", at: bytes.count)
      #expect(throws: error) { try Request(encoded: bytes + [0]) }
    }
  }

  @Test(arguments: seeds) func changedBytesAreReadAsWhatTheySayOrNotAtAll(_ seed: UInt64) throws {
    for var bytes in try samples(seed).map(\.encoded) {
      for index in bytes.indices {
        for change: UInt8 in [0x01, 0x20, 0x80, 0xFF] {
          bytes[index] ^= change
          check(bytes)
          bytes[index] ^= change
        }
      }
    }
  }

  @Test(arguments: seeds) func randomBytesAreReadAsWhatTheySayOrNotAtAll(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2_000 {
      var bytes = (0..<Int.random(in: 0..<60, using: &generator)).map { _ in
        UInt8.random(in: 0...(generator.oneIn(2) ? 8 : 255), using: &generator)
      }
      if bytes.count > 17 { (bytes[0], bytes[17]) = (1, UInt8.random(in: 1...8, using: &generator)) }
      check(bytes)
    }
  }

  @Test func whatIsWrongIsNamed() throws {
    let session = [UInt8](repeating: 0, count: 16)
    func error(_ rest: [UInt8], version: UInt8 = 1) -> String {
      do throws(CodecError) {
        _ = try Request(encoded: [version] + session + rest)
        return ""
      } catch {
        return error.description
      }
    }
    #expect(error([8, 0, 0], version: 2) == "at byte 0: requests of form 2 are unknown")
    #expect(error([0]) == "at byte 17: no verb is 0")
    #expect(error([1, 1, 0, 0x31]) == "at byte 18: a nick begins with a letter or one of []\\`_^{|}")
    #expect(error([3, 2, 0, 0x23, 0x61, 0]) == "at byte 18: a room's name is written without #")
    #expect(error([3, 1, 0, 0x61, 2]) == "at byte 21: 2 is neither 0 nor 1")
    #expect(
      error([3, 1, 0, 0x61, 1] + [UInt8](repeating: 255, count: 8)) == "at byte 22: a cursor cannot be -1")
    #expect(error([8, 1, 0, 0xC3]) == "at byte 18: a text is not UTF-8")
    #expect(error([8, 1, 0x20]) == "at byte 18: a text has 8193 bytes, and may have 8192")
    #expect(
      error([5, 1, 0, 0x61, 3, 0, 0x78, 13, 10, 0, 0])
        == "at byte 21: a message's lines do not end as they are stored")
    #expect(error([5, 1, 0, 0x61, 1, 0, 0x78, 3, 0]) == "at byte 24: no kind of message is 3")
    #expect(error([7, 1, 0, 0x61, 3, 0, 0x78, 10, 0x78]) == "at byte 21: a topic is one line")
  }

  @Test func aReasonThatIsTooLongIsCutBetweenCharacters() throws {
    let reason = "x" + String(repeating: "\u{FC}", count: Limits.line)
    let session = SessionID(loop: 0, serial: 1)
    let read = try Request(encoded: Request(session, .end(reason: reason)).encoded)
    let expected = "x" + String(repeating: "\u{FC}", count: Limits.line / 2 - 1)
    #expect(read == Request(session, .end(reason: expected)))
  }
}
