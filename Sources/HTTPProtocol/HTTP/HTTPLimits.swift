/// How much of one request the parser takes before it refuses; each bound is inclusive, in bytes.
public struct HTTPLimits: Equatable, Sendable {
  /// Request target: above it 414.
  let targetBytes: Int
  /// Request line and header section together; separately also chunk extensions and trailers: above it 431.
  let headBytes: Int
  /// Header fields: above it 431.
  let fields: Int
  /// Content after chunked coding is removed: above it 413.
  let bodyBytes: Int

  public init(
    targetBytes: Int = 8 * 1024, headBytes: Int = 16 * 1024, fields: Int = 128, bodyBytes: Int = 64 * 1024
  ) {
    self.targetBytes = targetBytes
    self.headBytes = headBytes
    self.fields = fields
    self.bodyBytes = bodyBytes
  }

  /// A method, two spaces and a version stand beside the target.
  var requestLineBytes: Int { targetBytes + 64 }
}
