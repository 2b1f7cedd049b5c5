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
