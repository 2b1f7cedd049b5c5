extension HTTPRequestParser {
  /// `method SP request-target SP HTTP-version` (RFC 9112 §3), with exactly these two spaces.
  mutating func parseRequestLine(_ input: Span<UInt8>, _ line: Range<Int>) throws(Problem) {
    var methodEnd = line.lowerBound
    while methodEnd < line.upperBound, ASCII.isToken(input[methodEnd]) { methodEnd += 1 }
    guard methodEnd > line.lowerBound, methodEnd < line.upperBound, input[methodEnd] == ASCII.space else {
      throw .malformed("The request line must be METHOD TARGET HTTP/1.1.")
    }
    guard let targetEnd = input.firstIndex(of: ASCII.space, from: methodEnd + 1), targetEnd < line.upperBound
    else { throw .malformed("The request line must be METHOD TARGET HTTP/1.1.") }

    request.version = try Self.version(input, targetEnd + 1..<line.upperBound)
    request.method = HTTPMethod(input, line.lowerBound..<methodEnd)
    // The target of CONNECT is an authority (RFC 9112 §3.2.3); this is no proxy.
    if request.method == .connect { throw .notImplemented("CONNECT is not served.") }
    guard targetEnd - methodEnd - 1 <= limits.targetBytes else {
      throw .targetTooLong(limit: limits.targetBytes)
    }
    request.target = try HTTPTarget(input, methodEnd + 1..<targetEnd, method: request.method)
  }

  /// `"HTTP/" DIGIT "." DIGIT`, with regard to case (RFC 9112 §2.3).
  private static func version(_ input: Span<UInt8>, _ range: Range<Int>) throws(Problem) -> HTTPVersion {
    let start = range.lowerBound
    guard range.count == 8, input.spells("HTTP/", start..<start + 5), ASCII.isDigit(input[start + 5]),
      input[start + 6] == UInt8(ascii: "."), ASCII.isDigit(input[start + 7])
    else { throw .malformed("The request line must end with HTTP/1.1 or HTTP/1.0.") }
    guard input[start + 5] == UInt8(ascii: "1") else { throw .versionNotSupported }
    return input[start + 7] == UInt8(ascii: "0") ? .http10 : .http11
  }

  /// Reads the fields that decide how the request goes on, and sets the state for its content.
  mutating func interpretFields() throws(Problem) {
    let headers = request.headers
    var hosts = 0
    var length: Int?
    var chunked = false
    var transferEncodings = 0
    for field in headers.fields {
      switch field.name.count {
      case 4 where headers.name(of: field, is: "host"):
        hosts += 1
        guard HTTPTarget.isHost(headers.bytes.span.extracting(headers.range(field.value))) else {
          throw .malformed("The Host field is not a host and port.")
        }
      case 6 where headers.name(of: field, is: "expect") && request.version == .http11:
        // RFC 9110 §10.1.1: the expectation is compared without case, and ignored in HTTP/1.0.
        guard headers.value(of: field, is: "100-continue") else {
          throw .expectationFailed(headers.value(field))
        }
        request.expectsContinue = true
      case 14 where headers.name(of: field, is: "content-length"):
        // RFC 9112 §6.3: two lengths, also two equal ones, let two readers disagree about where a request
        // ends.
        guard length == nil else { throw .malformed("There is more than one Content-Length.") }
        length = try Self.length(headers.valueBytes(field))
      case 17 where headers.name(of: field, is: "transfer-encoding"):
        transferEncodings += 1
        chunked = headers.value(of: field, is: "chunked")
      default: break
      }
    }
    // RFC 9112 §3.2: exactly one Host in HTTP/1.1, at most one in any request.
    guard hosts == 1 || hosts == 0 && request.version == .http10 else {
      throw .malformed(hosts == 0 ? "The Host field is missing." : "There is more than one Host field.")
    }
    if transferEncodings > 0 {
      // RFC 9112 §6.1 and §11.2: both lengths are how requests are smuggled; HTTP/1.0 knows no transfer
      // coding.
      guard length == nil else {
        throw .malformed("A request cannot have both Content-Length and Transfer-Encoding.")
      }
      guard request.version == .http11 else { throw .malformed("HTTP/1.0 has no Transfer-Encoding.") }
      guard chunked, transferEncodings == 1 else {
        throw .notImplemented("The only Transfer-Encoding taken is: chunked.")
      }
    }
    guard length ?? 0 <= limits.bodyBytes else { throw .contentTooLarge(limit: limits.bodyBytes) }
    request.hasBody = chunked || length != nil
    request.keepAlive = Self.keepsAlive(request)
    owesContinue = request.expectsContinue && (chunked || length ?? 0 > 0)
    state = chunked ? .chunkSize : .content(remaining: length ?? 0)
  }

  /// RFC 9112 §9.3.
  private static func keepsAlive(_ request: HTTPRequest) -> Bool {
    if request.headers.lists("close", in: "connection") { return false }
    return request.version == .http11 || request.headers.lists("keep-alive", in: "connection")
  }

  /// `1*DIGIT` (RFC 9110 §8.6): no sign, no list.
  private static func length(_ digits: ArraySlice<UInt8>) throws(Problem) -> Int {
    var length = 0
    for digit in digits {
      let (shifted, overflow) = length.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) = shifted.addingReportingOverflow(Int(digit &- 0x30))
      guard ASCII.isDigit(digit), !overflow, !overflow2 else {
        throw .malformed("Content-Length is not a number of bytes.")
      }
      length = sum
    }
    guard !digits.isEmpty else { throw .malformed("Content-Length is not a number of bytes.") }
    return length
  }
}
