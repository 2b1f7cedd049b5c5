/// What a client needs to know of the head of an HTTP response.
struct HTTPHead: Equatable {
  let status: Int
  /// Bytes of the body; nil when the head does not say it.
  let contentLength: Int?
  /// Bytes of the head, with the empty line that ends it.
  let length: Int
  /// Its first line.
  let statusLine: String

  /// nil: it is not complete yet.
  init?(_ bytes: Span<UInt8>) {
    guard let length = HTTPHead.length(of: bytes) else { return nil }
    self.length = length
    let lines = bytes.text(0..<length).split(separator: "\r\n")
    statusLine = lines.first.map(String.init) ?? ""
    let words = statusLine.split(separator: " ")
    status = words.count > 1 ? Int(words[1]) ?? 0 : 0
    let name = "content-length:"
    contentLength = lines.dropFirst().first { $0.lowercased().hasPrefix(name) }
      .flatMap { Int($0.dropFirst(name.count).drop { $0 == " " }) }
      .flatMap { $0 < 0 ? nil : $0 }
  }

  private static func length(of bytes: Span<UInt8>) -> Int? {
    var start = 0
    while let end = bytes.firstIndex(of: UInt8(ascii: "\n"), in: start..<bytes.count) {
      // An empty line: CRLF right after the end of another.
      if end >= 3, bytes[end - 1] == 0x0D, bytes[end - 2] == 0x0A { return end + 1 }
      start = end + 1
    }
    return nil
  }
}
