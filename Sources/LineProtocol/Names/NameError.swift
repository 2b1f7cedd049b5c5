/// Why a room's name or a nick is refused.
public struct NameError: Error, Hashable, Sendable {
  /// What is wrong, in words for the person who typed it.
  public let reason: String

  /// An error that says `reason`.
  public init(reason: String) { self.reason = reason }
}
