import HTTPProtocol

/// `text` as it goes over the wire, with CR LF for each line end.
func wire(_ text: String) -> [UInt8] {
  text.utf8.flatMap { $0 == UInt8(ascii: "\n") ? [13, 10] : [$0] }
}

/// The whole of `text` is one request, or nil.
func request(_ text: String) -> HTTPRequest? {
  var parser = HTTPRequestParser()
  let bytes = wire(text)
  let step = parser.parse(bytes.span)
  guard case .request(let request) = step.event, step.consumed == bytes.count else { return nil }
  return request
}
