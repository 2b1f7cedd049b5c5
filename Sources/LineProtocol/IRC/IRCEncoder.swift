/// Writes the server's lines of the IRC dialect. Each function appends complete lines, ended by CRLF.
///
/// A line without its tags fits 512 bytes; what does not fit is cut at a character's border (RFC 2812 §2.3).
/// Room names are given without `#`. Whatever a parameter holds, it cannot end the line or become two
/// parameters: bytes that could are written as `?`.
public struct IRCEncoder: Sendable {
  /// The source of numerics, and the host in everybody's source. At most 63 bytes.
  public let serverName: String

  /// An encoder for the server `serverName`; what exceeds 63 bytes is cut off, as then no room would be left
  /// for text.
  public init(serverName: String) {
    let bytes = serverName.utf8.span
    self.serverName = bytes.repairedString(0..<bytes.characterBorder(atMost: Limits.serverName, from: 0))
  }

  /// `:alice!alice@server JOIN #lobby`
  public func join(nick: String, room: String, into out: inout [UInt8]) {
    event(nick, "JOIN", room, nil, into: &out)
  }

  /// `:alice!alice@server PART #lobby :reason`
  public func part(nick: String, room: String, reason: String? = nil, into out: inout [UInt8]) {
    event(nick, "PART", room, reason, into: &out)
  }

  /// `:alice!alice@server QUIT :reason`
  public func quit(nick: String, reason: String, into out: inout [UInt8]) {
    line(source: source(nick), command: "QUIT", trailing: reason, into: &out)
  }

  /// `:alice!alice@server NICK :alicia`
  public func nick(from: String, to: String, into out: inout [UInt8]) {
    line(source: source(from), command: "NICK", trailing: to, into: &out)
  }

  /// `:alice!alice@server TOPIC #lobby :topic`; an empty topic is one taken away.
  public func topic(nick: String, room: String, topic: String, into out: inout [UInt8]) {
    event(nick, "TOPIC", room, topic, into: &out)
  }

  /// `:server 433 * alice :Nickname is already in use`; without a trailing text the numeric's standard text,
  /// if it has one.
  public func numeric(
    _ numeric: Numeric, to nick: String, params: [String] = [], trailing: String? = nil,
    into out: inout [UInt8]
  ) {
    line(
      source: serverName, command: numeric.code, params: [nick] + params,
      trailing: trailing ?? numeric.text, into: &out)
  }

  /// As many numerics with the same parameters as `items` need, each with some of them in its trailing text,
  /// separated by spaces: `:server 353 alice = #lobby :alice bob`. None for no items.
  public func list(
    _ numeric: Numeric, to nick: String, params: [String] = [], items: some Sequence<String>,
    into out: inout [UInt8]
  ) {
    // ":server 353 nick params… :" and CRLF
    let head = params.reduce(serverName.utf8.count + nick.utf8.count + 10) { $0 + $1.utf8.count + 1 }
    var trailing = ""
    for item in items {
      if !trailing.isEmpty, head + trailing.utf8.count + 1 + item.utf8.count > Limits.ircLine {
        self.numeric(numeric, to: nick, params: params, trailing: trailing, into: &out)
        trailing = ""
      }
      if !trailing.isEmpty { trailing += " " }
      trailing += item
    }
    if !trailing.isEmpty { self.numeric(numeric, to: nick, params: params, trailing: trailing, into: &out) }
  }

  /// `:server 005 alice TOKEN… :are supported by this server`, as many lines as the tokens need, at most 13
  /// on each (modern.ircdocs.horse/#rplisupport-005).
  public func isupport(_ tokens: [String], to nick: String, into out: inout [UInt8]) {
    // ":server 005 nick" and " :are supported by this server" and CRLF
    let frame = serverName.utf8.count + nick.utf8.count + 38
    var line: [String] = []
    var length = frame
    for token in tokens {
      if line.count == Limits.ircParameters - 2 || length + 1 + token.utf8.count > Limits.ircLine {
        numeric(.rplISupport, to: nick, params: line, into: &out)
        line = []
        length = frame
      }
      line.append(token)
      length += 1 + token.utf8.count
    }
    if !line.isEmpty { numeric(.rplISupport, to: nick, params: line, into: &out) }
  }

  /// `:server BATCH +reference type parameters`
  public func batchStart(_ reference: String, type: String, params: [String] = [], into out: inout [UInt8]) {
    line(source: serverName, command: "BATCH", params: ["+" + reference, type] + params, into: &out)
  }

  /// `:server BATCH -reference`
  public func batchEnd(_ reference: String, into out: inout [UInt8]) {
    line(source: serverName, command: "BATCH", params: ["-" + reference], into: &out)
  }

  /// The source of what `nick` does: `alice!alice@server`. Sessions have no other user name, and addresses
  /// are shown to nobody.
  public func source(_ nick: String) -> String { "\(nick)!\(nick)@\(serverName)" }

  private func event(
    _ nick: String, _ command: String, _ room: String, _ trailing: String?, into out: inout [UInt8]
  ) {
    line(source: source(nick), command: command, params: ["#" + room], trailing: trailing, into: &out)
  }

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
      out.append(id: message.id)
    }
    out.append(ASCII.space)
  }
}

/// The tags that a client asked for on messages.
public struct IRCTagSet: OptionSet, Hashable, Sendable {
  /// One bit per tag.
  public let rawValue: UInt8

  /// The set of these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `time`, by the capability `server-time`.
  public static let time = IRCTagSet(rawValue: 1)
  /// `msgid`, by the capability `message-tags`.
  public static let msgid = IRCTagSet(rawValue: 2)
}

extension Span<UInt8> {
  /// The end of the longest piece from `start` on that has at most `limit` bytes and does not cut a character
  /// of valid UTF-8. When not even one character fits, or the bytes are not UTF-8, `limit` bytes.
  @inline(__always)
  fileprivate func characterBorder(atMost limit: Int, from start: Int) -> Int {
    guard count - start > limit else { return count }
    var end = start + limit
    while end > start, ASCII.isContinuation(self[end]) { end -= 1 }
    return end > start ? end : start + limit
  }
}
