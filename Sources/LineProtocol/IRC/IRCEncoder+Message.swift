extension IRCEncoder {
  /// A message to its room: `@time=…;msgid=58 :alice!alice@server PRIVMSG #lobby :hello`, NOTICE for a
  /// notice, and the CTCP ACTION for an action. `batch` is the reference of the batch that it belongs to.
  ///
  /// A text of several lines, or one too long for a line, becomes several messages, of which only the first
  /// has the `msgid`. Lines without text are left out, as IRC has no empty message.
  public func message(
    _ message: Message, tags: IRCTagSet = [], batch: String? = nil, into out: inout [UInt8]
  ) {
    let isAction = message.kind == .action
    let verb: StaticString = message.kind == .notice ? " NOTICE #" : " PRIVMSG #"
    // ":nick!nick@server VERB #room :" and CRLF, and 9 bytes of "\u{1}ACTION \u{1}"
    let head =
      2 * message.user.utf8.count + serverName.utf8.count + verb.utf8CodeUnitCount + message.room.utf8.count
      + 5
    // Names within their limits leave far more than 4 bytes, the longest character.
    let bound = max(4, Limits.ircLine - 2 - head - (isAction ? 9 : 0))

    let text = message.text.utf8.span
    var isFirst = true
    var start = 0
    while start < text.count {
      let lineEnd = text.firstIndex(of: ASCII.lf, from: start, to: text.count) ?? text.count
      while start < lineEnd {
        let end = min(text.characterBorder(atMost: bound, from: start), lineEnd)
        appendTags(of: message, isFirst ? tags : tags.subtracting(.msgid), batch: batch, to: &out)
        isFirst = false
        out.append(ASCII.colon)
        appendSource(message.user, to: &out)
        out.append(ascii: verb)
        out.append(utf8: message.room)
        out.append(ascii: isAction ? " :\u{1}ACTION " : " :")
        text.extracting(start..<end).withUnsafeBufferPointer { out.append(contentsOf: $0) }
        out.append(ascii: isAction ? "\u{1}\r\n" : "\r\n")
        start = end
      }
      start = lineEnd + 1
    }
  }

  private func appendSource(_ nick: String, to out: inout [UInt8]) {
    out.append(utf8: nick)
    out.append(0x21)
    out.append(utf8: nick)
    out.append(ASCII.at)
    out.append(utf8: serverName)
  }

  private func appendTags(of message: Message, _ tags: IRCTagSet, batch: String?, to out: inout [UInt8]) {
    guard !tags.isEmpty || batch != nil else { return }
    var separator = ASCII.at
    if let batch {
      out.append(separator)
      out.append(ascii: "batch=")
      TagValue.appendEscaped(batch, to: &out)
      separator = ASCII.semicolon
    }
    if tags.contains(.time) {
      out.append(separator)
      out.append(ascii: "time=")
      message.time.append(to: &out)
      separator = ASCII.semicolon
    }
    if tags.contains(.msgid) {
      out.append(separator)
      out.append(ascii: "msgid=")
      out.append(decimal: message.id)
    }
    out.append(ASCII.space)
  }
}
