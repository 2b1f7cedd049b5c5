package import LineProtocol

/// A request's place in the order. A decision depends on the requests before it, on this, and on nothing else.
package struct Place: Sendable, Equatable {
  /// The id that the first entry made here gets: one more than that of the last entry before.
  package let id: Int64
  /// The time of what is made here. Never earlier than that of an entry before.
  package let time: Timestamp

  package init(id: Int64, time: Timestamp) {
    self.id = id
    self.time = time
  }
}
