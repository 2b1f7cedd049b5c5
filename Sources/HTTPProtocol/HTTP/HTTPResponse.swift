/// A response, before it is known whether its connection goes on.
public struct HTTPResponse: Equatable, Sendable {
  public struct Field: Equatable, Sendable {
    public let name: String
    public let value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }

    /// Appends the field's line. Control characters become spaces, so that no value can end its line (RFC
    /// 9110 §5.5).
    public func encode(into output: inout [UInt8]) {
      output.append(contentsOf: name.utf8)
      output.append(": ")
      let start = output.count
      output.append(contentsOf: value.utf8)
      for index in start..<output.count where !ASCII.isFieldContent(output[index]) {
        output[index] = ASCII.space
      }
      output.append("\r\n")
    }
  }

  public var status: HTTPStatus
  /// Without `Content-Length`, `Connection` and `Date`, which `encode` writes.
  public var headers: [Field]
  public var body: [UInt8]
  /// Set where the bytes that follow on the connection cannot be trusted: it is closed whatever the request
  /// asked.
  public var closesConnection = false

  public init(_ status: HTTPStatus, headers: [Field] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  public init(_ status: HTTPStatus, json: [UInt8], headers: [Field] = []) {
    self.init(status, headers: [Field(name: "Content-Type", value: "application/json")] + headers, body: json)
  }

  /// The interim response to `Expect: 100-continue`.
  public static let `continue`: [UInt8] = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  /// Appends the response to `output`. `date`: an IMF-fixdate for the `Date` field. With `headOnly` (HEAD)
  /// the body is left out, but its length is told. With a `framing` other than `.length` the body follows,
  /// see ``HTTPFraming/encode(_:isLast:into:)``.
  public func encode(
    into output: inout [UInt8], keepAlive: Bool, headOnly: Bool = false, date: String? = nil,
    framing: HTTPFraming = .length
  ) {
    output.append("HTTP/1.1 ")
    output.append(decimal: status.code)
    output.append(ASCII.space)
    output.append(status.reason)
    output.append("\r\n")
    for field in headers { field.encode(into: &output) }
    if let date { Field(name: "Date", value: date).encode(into: &output) }
    switch framing {
    case .length where status.hasContent:
      output.append("Content-Length: ")
      output.append(decimal: body.count)
      output.append("\r\n")
    case .chunked: output.append("Transfer-Encoding: chunked\r\n")
    case .length, .untilClose: break
    }
    if status != .switchingProtocols {
      // Said also when it is the default: an HTTP/1.0 client must be told (RFC 9112 §9.3, appendix C.2.2).
      output.append(
        keepAlive && !closesConnection ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n")
    } else {
      output.append("\r\n")
    }
    if status.hasContent && !headOnly { output.append(contentsOf: body) }
  }
}

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
