/// The beginning of a frame (RFC 6455 §5.2).
public struct WebSocketFrameHeader: Equatable, Sendable {
  let isFinal: Bool
  /// RSV1 to RSV3, as the three bits after the first.
  public let reserved: UInt8
  let opcode: UInt8
  private let isMasked: Bool
  let payloadLength: UInt64
  /// Whether the length is written in its shortest form.
  let isMinimal: Bool
  /// Bytes of the header itself, the mask included.
  public let size: Int

  /// Nil if the bytes do not reach to the end of the length. The mask may still be missing.
  public init?(_ bytes: Span<UInt8>) {
    guard bytes.count >= 2 else { return nil }
    isFinal = bytes[0] & 0x80 != 0
    reserved = bytes[0] >> 4 & 0x7
    opcode = bytes[0] & 0xf
    isMasked = bytes[1] & 0x80 != 0
    let short = bytes[1] & 0x7f
    let extended = short == 127 ? 8 : short == 126 ? 2 : 0
    guard bytes.count >= 2 + extended else { return nil }
    var length = UInt64(short)
    if extended > 0 {
      length = 0
      for index in 2..<2 + extended { length = length << 8 | UInt64(bytes[index]) }
    }
    payloadLength = length
    isMinimal = short < 126 || (short == 126 ? length > 125 : length > 0xffff)
    size = 2 + extended + (isMasked ? 4 : 0)
  }
}

/// RFC 6455 §5.2; every other opcode is reserved.
enum WebSocketOpcode: UInt8, Sendable {
  case continuation = 0x0
  case text = 0x1
  case binary = 0x2
  case close = 0x8
  case ping = 0x9
  case pong = 0xa

  /// RFC 6455 §5.5.
  var isControl: Bool { rawValue & 0x8 != 0 }
}
