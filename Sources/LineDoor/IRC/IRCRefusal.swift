import LineProtocol

/// An error reply: a numeric or FAIL, what it is about, and why.
struct IRCRefusal: Error, Equatable {
  enum Reply: Equatable {
    case numeric(Numeric)
    /// IRCv3 standard replies. Sent only where a specification that was told to the client has it, so it
    /// needs no capability.
    case fail
  }

  let reply: Reply
  let params: [String]
  /// nil for a FAIL.
  var numeric: Numeric? { if case .numeric(let numeric) = reply { numeric } else { nil } }
  /// nil: the numeric's standard text.
  let reason: String?

  init(_ numeric: Numeric, _ params: [String] = [], _ reason: String? = nil) {
    reply = .numeric(numeric)
    self.params = params.map(Self.quoted)
    self.reason = reason
  }

  /// A line that is not UTF-8 (IRCv3 utf8-only). `command`: the line's, which may be anything.
  init(invalidUTF8 command: String) {
    reply = .fail
    let isWord = !command.isEmpty && command.utf8.allSatisfy { 0x41...0x5A ~= $0 }
    params = [isWord ? Self.quoted(command) : "*", "INVALID_UTF8"]
    reason = "The line is not UTF-8, and nothing was done; set your client to UTF-8"
  }

  /// What was refused may be as long as a line; the reason must fit behind it.
  private static func quoted(_ param: String) -> String {
    param.utf8.count <= quotedBytes
      ? param : String(decoding: param.utf8.prefix(quotedBytes), as: UTF8.self)
  }

  private static let quotedBytes = 100
}

extension RoomName {
  /// Reads a channel's name as IRC has it: with a `#`.
  init(channel: String) throws(IRCRefusal) {
    guard channel.utf8.first == UInt8(ascii: "#") else {
      throw IRCRefusal(.errNoSuchChannel, [channel], "A channel's name begins with #")
    }
    do throws(NameError) {
      self = try RoomName(channel)
    } catch {
      throw IRCRefusal(.errNoSuchChannel, [channel], error.reason)
    }
  }

  /// The name as IRC has it.
  var channel: String { "#" + text }
}
