public import LineProtocol

/// Messages of one query, always oldest first.
public struct HistoryPage: Sendable {
  public let messages: [Message]
  /// There are more in the direction of the query.
  public let hasMore: Bool
  /// What the room's history begins after; 0 when nothing was trimmed or all rooms were asked for.
  public let trimmedTo: Int64

  public init(messages: [Message], hasMore: Bool, trimmedTo: Int64) {
    self.messages = messages
    self.hasMore = hasMore
    self.trimmedTo = trimmedTo
  }
}
