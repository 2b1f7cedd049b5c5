import HTTPProtocol

extension WebSocketFrame {
  /// What a subscriber misses that does not get these frames.
  struct Dropped: Equatable {
    /// Whoever resumes behind this id misses nothing of them.
    var resumeAfter: Int64?
    /// The id of the last message among them.
    var last: Int64?
  }

  /// Looks through whole frames of this server.
  static func dropped(_ frames: [UInt8]) -> Dropped {
    var dropped = Dropped()
    var start = 0
    let bytes = frames.span
    while let header = WebSocketFrameHeader(bytes.extracting(start...)),
      let length = WebSocketEncoder.frameLength(bytes.extracting(start...)), length <= bytes.count - start
    {
      let payload = frames[start + header.size..<start + length]
      if let id = messageID(payload) {
        dropped.resumeAfter = min(dropped.resumeAfter ?? .max, id - 1)
        dropped.last = max(dropped.last ?? 0, id)
      } else if let from = gapStart(payload) {
        dropped.resumeAfter = min(dropped.resumeAfter ?? .max, from)
      }
      start += length
    }
    return dropped
  }

  private static func messageID(_ payload: ArraySlice<UInt8>) -> Int64? {
    let prefixes = [#"{"type":"message","data":{"id":"#, #"{"type":"history","data":{"id":"#]
    guard let prefix = prefixes.first(where: { payload.starts(with: $0.utf8) }) else { return nil }
    return number(payload.dropFirst(prefix.utf8.count))
  }

  /// A quote within a string has a backslash before it: the mark is found nowhere but where it belongs.
  private static func gapStart(_ payload: ArraySlice<UInt8>) -> Int64? {
    guard payload.starts(with: #"{"type":"gap","#.utf8) else { return nil }
    let mark = Array(#"","from":"#.utf8)
    var rest = payload
    while rest.count >= mark.count {
      if rest.starts(with: mark) { return number(rest.dropFirst(mark.count)) }
      rest = rest.dropFirst()
    }
    return nil
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int64? {
    Int64(String(decoding: bytes.prefix(while: ASCII.isDigit), as: UTF8.self))
  }
}
