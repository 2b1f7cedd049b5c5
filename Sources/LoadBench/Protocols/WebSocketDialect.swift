/// A client of `/ws` (RFC 6455).
struct WebSocketDialect: ClientDialect {
  let name: ClientName
  let host: String
  private var isOpen = false

  init(name: ClientName, host: String) {
    self.name = name
    self.host = host
  }

  /// Nobody caches or forwards what a benchmark sends, so the key may be the one of the RFC's example (§1.3).
  var opening: [UInt8] {
    let request =
      "GET /ws?user=\(name.nick)&room=\(name.room) HTTP/1.1\r\nHost: \(host)\r\nUpgrade: websocket\r\n"
      + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    return Array(request.utf8)
  }

  func message(_ text: [UInt8]) -> [UInt8] {
    WebSocketDialect.frame(.text, Array("{\"text\":\"".utf8) + text + Array("\"}".utf8))
  }

  mutating func read(_ bytes: Span<UInt8>, tell: (ClientEvent) -> Void) -> Int {
    var position = 0
    if !isOpen {
      guard let head = HTTPHead(bytes) else { return 0 }
      guard head.status == 101 else {
        tell(.refused(bytes.text(0..<bytes.count).split(separator: "\r\n").joined(separator: " ")))
        return bytes.count
      }
      isOpen = true
      position = head.length
      tell(.ready)
    }
    while let frame = ServerFrame(bytes, at: position) {
      position = frame.payload.upperBound
      interpret(frame, bytes, tell)
    }
    return position
  }

  private func interpret(_ frame: ServerFrame, _ bytes: Span<UInt8>, _ tell: (ClientEvent) -> Void) {
    switch frame.opcode {
    case .text:
      if let marker = Marker(in: bytes, frame.payload, run: name.run) {
        tell(.delivered(marker))
      } else {
        let text = bytes.text(frame.payload)
        if text.hasPrefix("{\"type\":\"error\"") { tell(.refused(text)) }
      }
    case .ping:
      tell(
        .replies(
          WebSocketDialect.frame(.pong, bytes.extracting(frame.payload).withUnsafeBufferPointer(Array.init))))
    case .close:
      // Two bytes of code, then the reason (§5.5.1).
      let reason = frame.payload.dropFirst(2)
      tell(.refused("closed: " + bytes.text(reason.startIndex..<frame.payload.upperBound)))
    default: break
    }
  }

  /// Masked, as a client has to (§5.3), with the mask that changes nothing: the texts are our own.
  private static func frame(_ opcode: ServerFrame.Opcode, _ payload: [UInt8]) -> [UInt8] {
    var frame = [0x80 | opcode.rawValue]
    if payload.count < 126 {
      frame.append(0x80 | UInt8(payload.count))
    } else {
      // Texts are shorter than 65536 bytes, and pings than 126 (§5.5).
      frame += [
        0x80 | 126, UInt8(truncatingIfNeeded: payload.count >> 8), UInt8(truncatingIfNeeded: payload.count),
      ]
    }
    return frame + [0, 0, 0, 0] + payload
  }
}

/// One WebSocket frame of a server, which are not masked (RFC 6455 §5.2).
struct ServerFrame {
  /// The kinds that mean something here; a struct, because there are others.
  struct Opcode: Equatable {
    let rawValue: UInt8
    static let text = Opcode(rawValue: 1)
    static let close = Opcode(rawValue: 8)
    static let ping = Opcode(rawValue: 9)
    static let pong = Opcode(rawValue: 10)
  }

  let opcode: Opcode
  /// Where its payload stands.
  let payload: Range<Int>

  /// The frame at an offset; nil: it is not complete yet.
  init?(_ bytes: Span<UInt8>, at offset: Int) {
    guard bytes.count - offset >= 2 else { return nil }
    opcode = Opcode(rawValue: bytes[offset] & 15)
    let short = Int(bytes[offset + 1] & 127)
    let lengthBytes = short < 126 ? 0 : short == 126 ? 2 : 8
    let start = offset + 2 + lengthBytes
    guard start <= bytes.count else { return nil }
    var length = lengthBytes == 0 ? short : 0
    for index in offset + 2..<start {
      // What does not fit is more than will ever be there.
      if length > Int.max >> 9 { return nil }
      length = length << 8 | Int(bytes[index])
    }
    guard bytes.count - start >= length else { return nil }
    payload = start..<start + length
  }
}
