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
  /// are nobody's business.
  public func source(_ nick: String) -> String { "\(nick)!\(nick)@\(serverName)" }

  private func event(
    _ nick: String, _ command: String, _ room: String, _ trailing: String?, into out: inout [UInt8]
  ) {
    line(source: source(nick), command: command, params: ["#" + room], trailing: trailing, into: &out)
  }
}
