/// Reads requests from the bytes of one connection (RFC 9112).
///
/// Hand it all bytes not yet consumed; it says how many it took and what they were. It remembers how far it
/// has looked, so that bytes that trickle in cost no more than bytes that come at once.
public struct HTTPRequestParser: Sendable {
  public struct Step: Sendable {
    /// How many bytes of the input are done with; the caller hands in the rest again, with what came after.
    public let consumed: Int
    public let event: Event
  }

  public enum Event: Sendable {
    /// Nothing to do before more bytes come.
    case needMore
    /// The client waits for `HTTPResponse.continue` before it sends the content. Comes at most once per
    /// request, and not at all if content has come with the head (RFC 9110 §10.1.1).
    case sendContinue
    /// A whole request. What follows in the input belongs to the next one.
    case request(HTTPRequest)
    /// The request is refused, and where the next one would begin is not known: answer and close the
    /// connection. The parser stays in this state.
    case failed(Problem)
  }

  public enum State: Sendable {
    case requestLine, fields
    case content(remaining: Int)
    case chunkSize
    case chunkContent(remaining: Int)
    case chunkEnd, trailers
    case failed(Problem)
  }

  public let limits: HTTPLimits
  public var state = State.requestLine
  public var request = HTTPRequest()
  /// Bytes of the current head or line in which no line feed was found.
  var scanned = 0
  /// Where the current line begins, counted from the beginning of the head.
  var lineStart = 0
  /// Empty lines skipped before the request line.
  private var emptyLines = 0
  /// Bytes of chunk extensions and trailers so far.
  var chunkOverhead = 0
  var owesContinue = false

  public init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

  /// The request whose head is complete and whose content is still to come, or nil.
  public var pending: HTTPRequest? {
    switch state {
    case .requestLine, .fields, .failed: nil
    case .content, .chunkSize, .chunkContent, .chunkEnd, .trailers: request
    }
  }

  /// What there is of the content of a request that is not complete.
  public var heldBytes: Int { request.body.count }

  /// Whether part of a request has come: then a silent client is told 408, else the connection is idle.
  public var isMidRequest: Bool {
    if case .requestLine = state { return scanned > 0 }
    return true
  }

  /// Takes as much of `input` as belongs to one event.
  public mutating func parse(_ input: Span<UInt8>) -> Step {
    var position = 0
    do throws(Problem) {
      if case .failed(let problem) = state { throw problem }
      guard try readHead(input, &position) else { return Step(consumed: position, event: .needMore) }
      let contentStart = position
      guard try readContent(input, &position) else {
        if owesContinue {
          owesContinue = false
          if contentStart == input.count { return Step(consumed: position, event: .sendContinue) }
        }
        return Step(consumed: position, event: .needMore)
      }
      let complete = request
      self = HTTPRequestParser(limits: limits)
      return Step(consumed: position, event: .request(complete))
    } catch {
      state = .failed(error.closing)
      return Step(consumed: input.count, event: .failed(error.closing))
    }
  }

  /// Whether the head is complete; `position` is then behind it. Until then only empty lines are consumed.
  private mutating func readHead(_ input: Span<UInt8>, _ position: inout Int) throws(Problem) -> Bool {
    while true {
      switch state {
      case .requestLine:
        // A TLS greeting may hold no line feed for long: what cannot begin a method is refused at once.
        if position < input.count, !ASCII.isToken(input[position]), !ASCII.isLineEnd(input[position]) {
          throw .malformed("A request must begin with its method; this port speaks HTTP without TLS.")
        }
        guard let line = try headLine(input, position) else { return false }
        if line.isEmpty {
          // RFC 9112 §2.2: a server should ignore at least one empty line before the request line.
          emptyLines += 1
          guard emptyLines <= 4 else { throw .malformed("A request line was expected, not empty lines.") }
          position += scanned
          (scanned, lineStart) = (0, 0)
        } else {
          try parseRequestLine(input, line)
          state = .fields
        }
      case .fields:
        guard let line = try headLine(input, position) else { return false }
        if line.isEmpty {
          request.headers.bytes.append(input.extracting(position..<position + scanned))
          position += scanned
          (scanned, lineStart) = (0, 0)
          try interpretFields()
        } else {
          guard request.headers.fields.count < limits.fields else {
            throw .headTooLarge("There are more than \(limits.fields) header fields.")
          }
          request.headers.fields.append(try HTTPFieldLine.parse(input, line, base: position))
        }
      case .content, .chunkSize, .chunkContent, .chunkEnd, .trailers, .failed:
        return true
      }
    }
  }

  /// The next line of the head that begins at `head`, without its end, or nil if it is not all there.
  private mutating func headLine(_ input: Span<UInt8>, _ head: Int) throws(Problem) -> Range<Int>? {
    let lineFeed = input.firstIndex(of: ASCII.lineFeed, from: head + scanned)
    // The line feed is looked at as if it stood at the end of the input, so that a head is refused at the
    // same byte however it is cut.
    let length = (lineFeed ?? input.count) - head
    if case .requestLine = state {
      if length > limits.requestLineBytes { throw .targetTooLong(limit: limits.targetBytes) }
    } else if length >= limits.headBytes {
      throw .headTooLarge("Request line and header fields are longer than \(limits.headBytes) bytes.")
    }
    guard let lineFeed else {
      scanned = length
      return nil
    }
    let start = head + lineStart
    (scanned, lineStart) = (length + 1, length + 1)
    return start..<Self.end(of: start..<lineFeed, input)
  }

  /// RFC 9112 §2.2: a bare LF may end a line of the head; a CR before it belongs to the line end.
  public static func end(of line: Range<Int>, _ input: Span<UInt8>) -> Int {
    !line.isEmpty && input[line.upperBound - 1] == ASCII.carriageReturn
      ? line.upperBound - 1 : line.upperBound
  }
}

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
