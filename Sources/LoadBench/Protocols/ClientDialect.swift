import LineProtocol

/// What a client says and understands at one kind of door. Pure: bytes in, events and bytes out.
protocol ClientDialect {
  /// What it says first.
  var opening: [UInt8] { get }

  /// What it says to send this text to its room.
  func message(_ text: [UInt8]) -> [UInt8]

  /// Reads what the server said, and returns how many of the bytes are done with.
  mutating func read(_ bytes: Span<UInt8>, tell: (ClientEvent) -> Void) -> Int
}

/// What the server's words mean to a load generator.
enum ClientEvent: Equatable {
  /// It is in its room and may send.
  case ready
  case delivered(Marker)
  /// A request was answered well.
  case answered
  /// The server wants to hear this.
  case replies([UInt8])
  /// The server did not do as it was asked, or takes its leave; in its own words.
  case refused(String)
}

/// Who a client is, and where.
struct ClientName: Equatable {
  let nick: String
  let room: String
  let run: RunID
}

extension ClientDialect {
  /// Longer than any line of a server that is well.
  private static var longestLine: Int { 1 << 20 }

  /// Gives `body` each complete line without its terminator, empty ones left out; returns how many bytes that
  /// were.
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
