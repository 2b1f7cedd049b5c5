import LineProtocol

/// An error reply: a numeric, what it is about, and why.
struct IRCRefusal: Error, Equatable {
  let numeric: Numeric
  let params: [String]
  /// nil: the numeric's standard text.
  let reason: String?

  init(_ numeric: Numeric, _ params: [String] = [], _ reason: String? = nil) {
    self.numeric = numeric
    self.params = params.map(Self.quoted)
    self.reason = reason
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
