import LineProtocol

extension ClientDialect {
  /// Longer than any line of a server that is well.
  private static var longestLine: Int { 1 << 20 }

  /// Gives `body` each complete line without its terminator, empty ones left out; returns how many bytes that were.
  @inline(__always)
  func eachLine(
    of bytes: Span<UInt8>, tell: (ClientEvent) -> Void, _ body: (Range<Int>) -> Void
  ) -> Int {
    var position = 0
    while true {
      switch LineScanner.next(in: bytes, from: position, limit: Self.longestLine) {
      case .line(let line, let next):
        if !line.isEmpty { body(line) }
        position = next
      case .needMore: return position
      case .tooLong:
        tell(.refused("a line of more than \(Self.longestLine) bytes"))
        return bytes.count
      }
    }
  }
}
