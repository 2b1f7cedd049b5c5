/// How a client learns where the content of a response ends (RFC 9112 §6.3).
public enum HTTPFraming: Sendable {
  /// `Content-Length`.
  case length
  /// `Transfer-Encoding: chunked`, for content that comes in parts.
  case chunked
  /// The connection ends with it: what is left for parts to an HTTP/1.0 client (RFC 9112 §6.1).
  case untilClose

  /// Appends a part of the content.
  public func encode(_ part: [UInt8], isLast: Bool, into output: inout [UInt8]) {
    guard case .chunked = self else { return output.append(contentsOf: part) }
    // A chunk without bytes is the end (RFC 9112 §7.1).
    if !part.isEmpty {
      output.append(contentsOf: String(part.count, radix: 16).utf8)
      output.append("\r\n")
      output.append(contentsOf: part)
      output.append("\r\n")
    }
    if isLast { output.append("0\r\n\r\n") }
  }
}
