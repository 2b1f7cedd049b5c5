package import LineProtocol

/// Entries of one query, always oldest first.
package struct HistoryPage: Sendable {
  /// Only of the kinds that were asked for.
  package let entries: [Entry]
  /// There are more in the direction of the query.
  package let hasMore: Bool
  /// What the room's history begins after; 0 when nothing was trimmed or all rooms were asked for. Of several
  /// rooms the least.
  package let trimmedTo: MessageID
  /// Of several rooms, what each one's begins after, in their order.
  package let trimmed: [MessageID]

  package init(entries: [Entry], hasMore: Bool, trimmedTo: MessageID) {
    self.init(entries: entries, hasMore: hasMore, trimmed: [trimmedTo])
  }

  package init(entries: [Entry], hasMore: Bool, trimmed: [MessageID]) {
    self.entries = entries
    self.hasMore = hasMore
    self.trimmed = trimmed
    trimmedTo = trimmed.min() ?? 0
  }

  package var messages: [Message] { entries.compactMap(\.message) }
}
