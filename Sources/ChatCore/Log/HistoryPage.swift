public import LineProtocol

/// Entries of one query, always oldest first.
public struct HistoryPage: Sendable {
  /// Only of the kinds that were asked for.
  public let entries: [Entry]
  /// There are more in the direction of the query.
  public let hasMore: Bool
  /// What the room's history begins after; 0 when nothing was trimmed or all rooms were asked for.
  public let trimmedTo: Int64

  public init(entries: [Entry], hasMore: Bool, trimmedTo: Int64) {
    self.entries = entries
    self.hasMore = hasMore
    self.trimmedTo = trimmedTo
  }

  public var messages: [Message] { entries.compactMap(\.message) }
}
