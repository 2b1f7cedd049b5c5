/// How much of one request the parser takes before it refuses; each bound is inclusive, in bytes.
struct HTTPLimits: Equatable, Sendable {
  /// Request target: above it 414.
  var targetBytes = 8 * 1024
  /// Request line and header section together; separately also chunk extensions and trailers: above it 431.
  var headBytes = 16 * 1024
  /// Header fields: above it 431.
  var fields = 128
  /// Content after chunked coding is removed: above it 413.
  var bodyBytes = 64 * 1024

  /// A method, two spaces and a version stand beside the target.
  var requestLineBytes: Int { targetBytes + 64 }
}
