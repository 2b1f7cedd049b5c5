public import LineProtocol

extension Message {
  /// Bytes that it takes in memory, about; what bounds of queues are counted in.
  public var cost: Int { 128 + text.utf8.count }
}
