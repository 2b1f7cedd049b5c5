/// A client that posts, one request at a time on a kept connection.
struct PostDialect: ClientDialect {
  let name: ClientName
  /// For the `Host` field (RFC 9112 §3.2).
  let host: String

  init(name: ClientName, host: String) {
    self.name = name
    self.host = host
  }

  /// Nothing: a request says everything.
  var opening: [UInt8] { [] }

  func message(_ text: [UInt8]) -> [UInt8] {
    let body =
      Array("{\"user\":\"\(name.nick)\",\"room\":\"\(name.room)\",\"text\":\"".utf8) + text
      + Array("\"}".utf8)
    let head =
      "POST /messages HTTP/1.1\r\nHost: \(host)\r\nContent-Type: application/json\r\n"
      + "Content-Length: \(body.count)\r\n\r\n"
    return Array(head.utf8) + body
  }

  mutating func read(_ bytes: Span<UInt8>, tell: (ClientEvent) -> Void) -> Int {
    var position = 0
    while position < bytes.count, let head = HTTPHead(bytes.extracting(position...)) {
      guard let body = head.contentLength else {
        tell(.refused("an answer without Content-Length: \(head.statusLine)"))
        return bytes.count
      }
      guard bytes.count - position - head.length >= body else { break }
      let end = position + head.length + body
      if 200...299 ~= head.status {
        tell(.answered)
      } else {
        tell(.refused(head.statusLine + " " + bytes.text(position + head.length..<end)))
      }
      position = end
    }
    return position
  }
}
