/// Writes the frames of a server: final and without a mask (RFC 6455 §5.1).
public enum WebSocketEncoder {
  /// `payload` must be UTF-8.
  public static func text(_ payload: [UInt8], into output: inout [UInt8]) {
    frame(.text, payload[...], into: &output)
  }

  /// At most 125 bytes of `payload` are sent (RFC 6455 §5.5).
  public static func ping(_ payload: [UInt8], into output: inout [UInt8]) {
    frame(.ping, payload.prefix(125), into: &output)
  }

  /// The answer to a ping carries its payload (RFC 6455 §5.5.3).
  public static func pong(_ payload: [UInt8], into output: inout [UInt8]) {
    frame(.pong, payload.prefix(125), into: &output)
  }

  /// A close frame; the reason is cut to whole characters within 123 bytes. Without a code, or with one that
  /// may not be sent, the frame is empty: so an answer may repeat what the client sent.
  public static func close(_ code: WebSocketCloseCode?, _ reason: String = "", into output: inout [UInt8]) {
    var payload: [UInt8] = []
    if let code, code.mayBeSent {
      payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xff)]
      for character in reason.unicodeScalars {
        let bytes = UTF8.encode(character) ?? UTF8.encodedReplacementCharacter
        guard payload.count + bytes.count <= 125 else { break }
        payload.append(contentsOf: bytes)
      }
    }
    frame(.close, payload[...], into: &output)
  }

  /// How many bytes the server frame at the beginning of `bytes` has, header included, or nil if its length
  /// is not all there. With it an output buffer is walked to the end of the frame begun.
  public static func frameLength(_ bytes: Span<UInt8>) -> Int? {
    guard let header = WebSocketFrameHeader(bytes) else { return nil }
    let (length, overflow) = header.size.addingReportingOverflow(Int(clamping: header.payloadLength))
    return overflow ? Int.max : length
  }

  private static func frame(
    _ opcode: WebSocketOpcode, _ payload: ArraySlice<UInt8>, into output: inout [UInt8]
  ) {
    output.append(0x80 | opcode.rawValue)
    let length = payload.count
    if length < 126 {
      output.append(UInt8(length))
    } else {
      let size = length <= 0xffff ? 2 : 8
      output.append(size == 2 ? 126 : 127)
      for place in (0..<size).reversed() { output.append(UInt8(truncatingIfNeeded: length >> (8 * place))) }
    }
    output.append(contentsOf: payload)
  }
}
