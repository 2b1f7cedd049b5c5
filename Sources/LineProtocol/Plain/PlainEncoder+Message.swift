extension PlainEncoder {
  /// A live message: `MSG lobby 58 alice hello`. Of several lines all but the last begin with `MSG+`.
  public static func message(_ message: Message, into out: inout [UInt8]) {
    lines(of: message, "MSG ", "MSG+ ", showingTime: false, into: &out)
  }

  /// A replayed message: `HIST lobby 57 2026-11-23T05:00:00.123Z bob hello`. Of several lines all but the
  /// last begin with `HIST+`.
  public static func history(_ message: Message, into out: inout [UInt8]) {
    lines(of: message, "HIST ", "HIST+ ", showingTime: true, into: &out)
  }

  @inline(__always)
  private static func lines(
    of message: Message, _ last: StaticString, _ more: StaticString, showingTime: Bool,
    into out: inout [UInt8]
  ) {
    let text = message.text.utf8.span
    var start = 0
    while let newline = text.firstIndex(of: ASCII.lf, from: start, to: text.count) {
      head(of: message, more, showingTime: showingTime, isFirst: start == 0, into: &out)
      text.extracting(start..<newline).withUnsafeBufferPointer { out.append(contentsOf: $0) }
      out.append(ASCII.lf)
      start = newline + 1
    }
    head(of: message, last, showingTime: showingTime, isFirst: start == 0, into: &out)
    text.extracting(start..<text.count).withUnsafeBufferPointer { out.append(contentsOf: $0) }
    out.append(ASCII.lf)
  }

  @inline(__always)
  private static func head(
    of message: Message, _ verb: StaticString, showingTime: Bool, isFirst: Bool, into out: inout [UInt8]
  ) {
    out.append(ascii: verb)
    out.append(utf8: message.room)
    out.append(ASCII.space)
    out.append(decimal: message.id)
    out.append(ASCII.space)
    if showingTime {
      message.time.append(to: &out)
      out.append(ASCII.space)
    }
    out.append(utf8: message.user)
    out.append(ASCII.space)
    if isFirst, message.kind == .action { out.append(ascii: "/me ") }
  }
}
