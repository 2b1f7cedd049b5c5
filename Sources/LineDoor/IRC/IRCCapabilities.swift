import LineProtocol

/// Capabilities of the IRC dialect (IRCv3 capability negotiation).
struct IRCCapabilities: OptionSet, Sendable {
  let rawValue: UInt8

  static let batch = IRCCapabilities(rawValue: 1)
  static let capNotify = IRCCapabilities(rawValue: 2)
  static let echoMessage = IRCCapabilities(rawValue: 4)
  static let messageTags = IRCCapabilities(rawValue: 8)
  static let serverTime = IRCCapabilities(rawValue: 16)

  /// All of them, in the order in which they are listed. None has a value to show in version 302.
  static let table: [(name: String, capability: IRCCapabilities)] = [
    ("batch", .batch),
    ("cap-notify", .capNotify),
    ("echo-message", .echoMessage),
    ("message-tags", .messageTags),
    ("server-time", .serverTime),
  ]

  static let all = table.reduce(into: IRCCapabilities()) { $0.formUnion($1.capability) }

  static func named(_ name: some StringProtocol) -> IRCCapabilities? {
    table.first { $0.name == name }?.capability
  }

  var names: String {
    Self.table.filter { contains($0.capability) }.map(\.name).joined(separator: " ")
  }

  /// The tags on messages that they ask for.
  var tags: IRCTagSet {
    var tags: IRCTagSet = []
    if contains(.serverTime) { tags.insert(.time) }
    if contains(.messageTags) { tags.insert(.msgid) }
    return tags
  }
}
