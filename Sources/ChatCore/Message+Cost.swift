package import LineProtocol

extension Message {
  /// Bytes that it takes in memory, about; what bounds of queues are counted in.
  package var cost: Int { 128 + text.utf8.count }
}
