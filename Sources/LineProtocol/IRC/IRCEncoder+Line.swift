extension IRCEncoder {
  /// Any line. `params` must not need a colon; a text with spaces, an empty one, or one that may begin with a
  /// colon, is `trailing`.
  public func line(
    tags: [IRCLine.Tag] = [], source: String? = nil, command: String, params: [String] = [],
    trailing: String? = nil,
    into out: inout [UInt8]
  ) {
    for (index, tag) in tags.enumerated() {
      out.append(index == 0 ? ASCII.at : ASCII.semicolon)
      Self.appendMiddle(tag.key, to: &out)
      if !tag.value.isEmpty {
        out.append(ASCII.equals)
        TagValue.appendEscaped(tag.value, to: &out)
      }
    }
    if !tags.isEmpty { out.append(ASCII.space) }
    let start = out.count
    if let source {
      out.append(ASCII.colon)
      Self.appendMiddle(source, to: &out)
      out.append(ASCII.space)
    }
    Self.appendMiddle(command, to: &out)
    for param in params {
      out.append(ASCII.space)
      Self.appendMiddle(param, to: &out)
    }
    if let trailing {
      out.append(ascii: " :")
      for byte in trailing.utf8 { out.append(Self.endsLine(byte) ? ASCII.question : byte) }
    }
    let bound = Limits.ircLine - 2
    if out.count - start > bound {
      let cut = out.span.characterBorder(atMost: bound, from: start)
      out.removeSubrange(cut...)
    }
    out.append(ascii: "\r\n")
  }

  /// A parameter that is not the last: not empty, no space, no colon in front.
  private static func appendMiddle(_ param: String, to out: inout [UInt8]) {
    var isFirst = true
    for byte in param.utf8 {
      let breaks = endsLine(byte) || byte == ASCII.space || (isFirst && byte == ASCII.colon)
      out.append(breaks ? ASCII.question : byte)
      isFirst = false
    }
    if isFirst { out.append(0x2A) }
  }

  private static func endsLine(_ byte: UInt8) -> Bool {
    byte == ASCII.lf || byte == ASCII.cr || byte == ASCII.nul
  }
}

extension Span<UInt8> {
  /// The end of the longest piece from `start` on that has at most `limit` bytes and does not cut a character
  /// of valid UTF-8. When not even one character fits, or the bytes are not UTF-8, `limit` bytes.
  @inline(__always)
  func characterBorder(atMost limit: Int, from start: Int) -> Int {
    guard count - start > limit else { return count }
    var end = start + limit
    while end > start, ASCII.isContinuation(self[end]) { end -= 1 }
    return end > start ? end : start + limit
  }
}
