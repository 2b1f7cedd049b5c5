/// Reads messages from the frames of one client (RFC 6455 §5, §6.2).
///
/// Hand it all bytes not yet consumed; it says how many it took and what they were. Payload is taken as it
/// comes, so a text that is not UTF-8 is refused before it is complete.
public struct WebSocketDecoder: Sendable {
  public struct Step: Sendable {
    /// How many bytes of the input are done with; the caller hands in the rest again, with what came after.
    public let consumed: Int
    public let event: Event
  }

  public enum Event: Equatable, Sendable {
    /// Nothing to do before more bytes come.
    case needMore
    case text(String)
    case binary([UInt8])
    /// To be answered by a pong with the same payload.
    case ping([UInt8])
    case pong([UInt8])
    /// The client closes; no code if it gave none. Whatever comes after it is dropped (RFC 6455 §5.5.1).
    case close(WebSocketCloseCode?, reason: String)
    /// The client broke the protocol: send this in a close frame and close. Whatever comes after it is
    /// dropped.
    case failed(WebSocketCloseCode, reason: String)
  }

  private enum State: Sendable {
    case header
    case payload(remaining: Int, mask: UInt32, isFinal: Bool)
    case ended
  }

  private struct Failure: Error {
    let code: WebSocketCloseCode
    let reason: String
  }

  /// The longest message taken, all fragments together, in bytes.
  let messageBytes: Int
  private var state = State.header
  /// Text or binary while a message is incomplete.
  private var kind: WebSocketOpcode?
  private var message: [UInt8] = []
  private var check = UTF8Check()

  /// What there is of a message that is not complete; memory that was set aside for the rest is not touched
  /// yet.
  public var heldBytes: Int { message.count }

  public init(messageBytes: Int = 64 * 1024) { self.messageBytes = messageBytes }

  /// Takes as much of `input` as belongs to one event.
  public mutating func next(_ input: Span<UInt8>) -> Step {
    var position = 0
    do throws(Failure) {
      while true {
        switch state {
        case .header:
          if let event = try readHeader(input, &position) { return Step(consumed: position, event: event) }
        case .payload(let remaining, let mask, let isFinal):
          if let event = try readPayload(input, &position, remaining, mask, isFinal) {
            return Step(consumed: position, event: event)
          }
        case .ended:
          return Step(consumed: input.count, event: .needMore)
        }
      }
    } catch {
      end()
      return Step(consumed: input.count, event: .failed(error.code, reason: error.reason))
    }
  }

  /// Takes a header, or a whole control frame. Nil: go on in the new state.
  private mutating func readHeader(_ input: Span<UInt8>, _ position: inout Int) throws(Failure) -> Event? {
    let rest = input.extracting(position..<input.count)
    guard rest.count >= 2 else { return .needMore }
    let opcode = try checkedOpcode(rest[0], rest[1])
    guard let header = WebSocketFrameHeader(rest) else { return .needMore }
    // RFC 6455 §5.2: the shortest form must be used, and the first bit of 64 is zero.
    guard header.isMinimal, header.payloadLength >> 63 == 0 else {
      throw Failure(code: .protocolError, reason: "frame length not in its shortest form")
    }
    let limit = opcode.isControl ? 125 : messageBytes - message.count
    guard header.payloadLength <= UInt64(max(limit, 0)) else {
      throw Failure(code: .messageTooBig, reason: "message longer than \(messageBytes) bytes")
    }
    guard rest.count >= header.size else { return .needMore }
    let length = Int(header.payloadLength)
    let mask = rest.extracting(header.size - 4..<header.size)
      .withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
    if opcode.isControl {
      guard rest.count >= header.size + length else { return .needMore }
      var payload: [UInt8] = []
      payload.append(unmasking: rest.extracting(header.size..<header.size + length), mask)
      position += header.size + length
      return try control(opcode, payload)
    }
    position += header.size
    if opcode != .continuation { kind = opcode }
    state = .payload(remaining: length, mask: mask, isFinal: header.isFinal)
    return nil
  }

  /// What the first two bytes of a frame decide.
  private func checkedOpcode(_ first: UInt8, _ second: UInt8) throws(Failure) -> WebSocketOpcode {
    // RFC 6455 §5.2: reserved bits and opcodes mean something only after an extension was agreed to.
    guard first & 0x70 == 0, let opcode = WebSocketOpcode(rawValue: first & 0xf) else {
      throw Failure(code: .protocolError, reason: "reserved bit or opcode")
    }
    // RFC 6455 §5.1: a client must mask.
    guard second & 0x80 != 0 else { throw Failure(code: .protocolError, reason: "frame without a mask") }
    if opcode.isControl {
      // RFC 6455 §5.5.
      guard first & 0x80 != 0, second & 0x7f <= 125 else {
        throw Failure(code: .protocolError, reason: "control frame fragmented or longer than 125 bytes")
      }
    } else if (opcode == .continuation) != (kind != nil) {
      // RFC 6455 §5.4: fragments of one message follow each other.
      throw Failure(code: .protocolError, reason: "fragment out of order")
    }
    return opcode
  }

  /// Takes payload as far as it has come. Nil: the frame is complete and its message is not.
  private mutating func readPayload(
    _ input: Span<UInt8>, _ position: inout Int, _ remaining: Int, _ mask: UInt32, _ isFinal: Bool
  ) throws(Failure) -> Event? {
    let taken = min(remaining, input.count - position)
    let start = message.count
    // As for the content of a request: room for what is announced, and no more.
    if message.isEmpty, taken > 0 { message.reserveCapacity(remaining) }
    message.append(unmasking: input.extracting(position..<position + taken), mask)
    position += taken
    if kind == .text {
      var check = check
      guard check.take(message.span.extracting(start..<message.count)) else {
        throw Failure(code: .invalidPayload, reason: "text is not UTF-8")
      }
      self.check = check
    }
    guard taken == remaining else {
      // The next byte meets the byte of the mask that is its turn.
      state = .payload(remaining: remaining - taken, mask: mask.rotatedInMemory(by: taken), isFinal: isFinal)
      return .needMore
    }
    state = .header
    return isFinal ? try completeMessage() : nil
  }

  private mutating func completeMessage() throws(Failure) -> Event {
    // RFC 6455 §8.1.
    guard check.isComplete else { throw Failure(code: .invalidPayload, reason: "text is not UTF-8") }
    let event: Event = kind == .text ? .text(String(decoding: message, as: UTF8.self)) : .binary(message)
    (kind, message, check) = (nil, [], UTF8Check())
    return event
  }

  private mutating func control(_ opcode: WebSocketOpcode, _ payload: [UInt8]) throws(Failure) -> Event {
    switch opcode {
    case .ping: return .ping(payload)
    case .pong: return .pong(payload)
    // Of the others only a close is a control frame.
    case .close, .continuation, .text, .binary: return try close(payload)
    }
  }

  private mutating func close(_ payload: [UInt8]) throws(Failure) -> Event {
    end()
    guard !payload.isEmpty else { return .close(nil, reason: "") }
    // RFC 6455 §5.5.1: a code of two bytes, then UTF-8.
    guard payload.count >= 2 else { throw Failure(code: .protocolError, reason: "close code of one byte") }
    let code = WebSocketCloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
    guard code.mayBeSent else { throw Failure(code: .protocolError, reason: "close code \(code.rawValue)") }
    guard let reason = String(validating: payload[2...], as: UTF8.self) else {
      throw Failure(code: .invalidPayload, reason: "close reason is not UTF-8")
    }
    return .close(code, reason: reason)
  }

  private mutating func end() {
    state = .ended
    (kind, message) = (nil, [])
  }
}

extension [UInt8] {
  /// Appends `masked` with its mask removed (RFC 6455 §5.3), eight bytes at a time. `mask` holds its four
  /// bytes in the order of memory.
  mutating func append(unmasking masked: Span<UInt8>, _ mask: UInt32) {
    let start = count
    append(masked)
    withUnsafeMutableBytes { bytes in
      let wide = UInt64(mask) << 32 | UInt64(mask)
      var index = start
      while index + 8 <= bytes.count {
        let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        bytes.storeBytes(of: word ^ wide, toByteOffset: index, as: UInt64.self)
        index += 8
      }
      var rest = mask
      while index < bytes.count {
        bytes[index] ^= UInt8(truncatingIfNeeded: rest.littleEndian)
        rest = rest.rotatedInMemory(by: 1)
        index += 1
      }
    }
  }
}

extension UInt32 {
  /// The value whose byte 0 in memory is this value's byte `count` modulo 4.
  fileprivate func rotatedInMemory(by count: Int) -> UInt32 {
    let shift = UInt32(truncatingIfNeeded: count & 3) * 8
    let value = littleEndian
    return UInt32(littleEndian: shift == 0 ? value : value >> shift | value << (32 - shift))
  }
}
