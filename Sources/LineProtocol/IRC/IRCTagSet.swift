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
